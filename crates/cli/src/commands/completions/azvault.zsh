#compdef azvault
# What is typed is handed over word by word, and nothing of it is evaluated.
_azvault() {
    local -a lines others folders
    local line
    lines=("${(@f)$(command azvault complete --shell zsh --index $((CURRENT - 1)) -- "${(@Q)words}" 2>/dev/null)}")
    for line in $lines; do
        if [[ "${line%%:*}" == */ ]]; then folders+=("${line/\/:/:}"); else others+=("$line"); fi
    done
    (( ${#folders} )) && _describe -V folder folders -S / -r /
    (( ${#others} )) && _describe -V azvault others
    return 0
}
if [ "$funcstack[1]" = "_azvault" ]; then
    _azvault "$@"
elif (( $+functions[compdef] )); then
    compdef _azvault azvault
fi
