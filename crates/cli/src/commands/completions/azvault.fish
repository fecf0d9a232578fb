# What is typed is handed over word by word, and nothing of it is evaluated.
function __azvault_complete
    set -l words (commandline --current-process --tokenize --cut-at-cursor) (commandline --current-token --cut-at-cursor)
    command azvault complete --shell fish -- $words 2>/dev/null
end
complete --command azvault --no-files --keep-order --arguments '(__azvault_complete)'
