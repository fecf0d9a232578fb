# A session belongs to the shell that it was started for: one that came along from another shell's
# environment is that shell's, and this one shares it as its child.
function azvault
    if contains -- "$argv[1]" use context autosave disconnect session
        and test -z "$AZVAULT_SESSION"
        and test "$argv[1..2]" != "session start"
        command azvault session start --shell fish --leader $fish_pid 2>/dev/null | source
    end
    command azvault $argv
end
