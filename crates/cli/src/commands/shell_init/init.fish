# A handle that came along in the environment of another shell (tmux, an editor, nohup), or whose
# session has ended, is dropped here with a line that says so. One of a parent of this shell is kept:
# this shell shares its session.
if test -n "$AZVAULT_SESSION"
    command azvault session check
    test $status -eq 4; and set -e AZVAULT_SESSION
end
# A session is started when a command first needs one. Which command does, azvault says itself; the
# words are looked at only to spare it the question.
function azvault
    if test -z "$AZVAULT_SESSION"; and set -q argv[1]
        and string match -qr '^(use|context|autosave|connect|disconnect)$' -- $argv
        command azvault session start --shell fish --leader $fish_pid -- $argv 2>/dev/null | source
    end
    command azvault $argv
end
