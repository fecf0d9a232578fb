# The endpoint of this shell, which ends with it. A locked vault is no reason to wait: what asks is told so.
let opened = (^azvault endpoint --for-process $nu.pid --when-unlocked -o json | complete)
if $opened.exit_code != 0 {
    print -e ($opened.stderr | str trim)
} else if ($opened.stdout | is-not-empty) {
    $opened.stdout | from json | get variables | reduce --fold {} {|own, all| $all | insert $own.name $own.value } | load-env
}
