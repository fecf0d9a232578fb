# A handle that came along in the environment of another shell (tmux, an editor, nohup), or whose
# session has ended, is dropped here with a line that says so. One of a parent of this shell is kept:
# this shell shares its session.
if ($env.AZVAULT_SESSION? | is-not-empty) {
    let checked = (^azvault session check | complete)
    if $checked.exit_code == 4 {
        print -e ($checked.stderr | str trim)
        $env.AZVAULT_SESSION = ""
    }
}
# A session is started when a command first needs one. Which command does, azvault says itself; the
# words are looked at only to spare it the question.
@complete "nu-complete azvault"
def --env --wrapped azvault [...words] {
    let may_need = ($words | any {|word| $word in [use context autosave connect disconnect] })
    if $may_need and ($env.AZVAULT_SESSION? | is-empty) {
        let started = (^azvault session start --leader $nu.pid -o json -- ...$words | complete)
        if $started.exit_code == 0 and ($started.stdout | is-not-empty) {
            $env.AZVAULT_SESSION = ($started.stdout | from json | get value)
        }
    }
    ^azvault ...$words
}
