# A session belongs to the shell that it was started for: one that came along from another shell's
# environment is that shell's, and this one shares it as its child.
azvault() {
  case "$1" in
    use | context | autosave | disconnect | session)
      if [ -z "${AZVAULT_SESSION-}" ] && [ "$1 ${2-}" != "session start" ]; then
        eval "$(command azvault session start --leader $$ 2>/dev/null)"
      fi
      ;;
  esac
  command azvault "$@"
}
