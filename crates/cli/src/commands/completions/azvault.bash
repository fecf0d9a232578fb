# What is typed is handed over word by word, and nothing of it is evaluated.
_azvault_complete() {
    local typed="${COMP_WORDS[COMP_CWORD]}" words=("${COMP_WORDS[@]}") found=() line
    words[COMP_CWORD]="${typed#[\'\"]}"
    words[COMP_CWORD]="${words[COMP_CWORD]//\\/}"
    COMPREPLY=()
    while IFS= read -r line; do
        found+=("$line")
    done < <(command azvault complete --shell bash --index "$COMP_CWORD" -- "${words[@]}" 2>/dev/null)
    for line in "${found[@]}"; do
        # Within a quotation that was begun a name stands as it is.
        case "$typed" in
            [\'\"]*) COMPREPLY+=("$line") ;;
            *) COMPREPLY+=("$(printf '%q' "$line")") ;;
        esac
    done
    if [ "${#COMPREPLY[@]}" -eq 1 ] && [[ "${COMPREPLY[0]}" == *[=/] ]]; then
        compopt -o nospace 2>/dev/null
    fi
}
complete -F _azvault_complete azvault
