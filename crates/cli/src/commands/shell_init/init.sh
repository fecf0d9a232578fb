# A handle that came along in the environment of another shell (tmux, an editor, nohup), or whose
# session has ended, is dropped here with a line that says so. One of a parent of this shell is kept:
# this shell shares its session.
if [ -n "${AZVAULT_SESSION-}" ]; then
  command azvault session check || [ $? -ne 4 ] || unset AZVAULT_SESSION
fi
# A session is started when a command first needs one. Which command does, azvault says itself; the
# words are looked at only to spare it the question.
azvault() {
  if [ -z "${AZVAULT_SESSION-}" ]; then
    case "/$*/" in
      *[!a-z-]use[!a-z-]* | *[!a-z-]context[!a-z-]* | *[!a-z-]autosave[!a-z-]* | \
      *[!a-z-]connect[!a-z-]* | *[!a-z-]disconnect[!a-z-]*)
        eval "$(command azvault session start --leader $$ -- "$@" 2>/dev/null)"
        ;;
    esac
  fi
  command azvault "$@"
}
