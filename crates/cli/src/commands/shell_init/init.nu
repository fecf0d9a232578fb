# A session belongs to the shell that it was started for: one that came along from another shell's
# environment is that shell's, and this one shares it as its child.
def --env --wrapped azvault [...words] {
    let needs = ($words | first | default "") in [use context autosave disconnect session]
    if $needs and ($env.AZVAULT_SESSION? | is-empty) and (($words | take 2) != [session start]) {
        let started = (^azvault session start --leader $nu.pid -o json | complete)
        if $started.exit_code == 0 {
            $env.AZVAULT_SESSION = ($started.stdout | from json | get value)
        }
    }
    ^azvault ...$words
}
