# What is typed is handed over word by word, and nothing of it is evaluated.
def "nu-complete azvault" [line: string] {
    let typed = ($line | parse --regex `("[^"]*"?|'[^']*'?|[^\s"']+)` | get capture0)
    let words = ($typed | each {|word| $word | str trim --char '"' | str trim --char "'" })
    let words = if ($line | str ends-with ' ') { $words | append '' } else { $words }
    let found = (^azvault complete --shell nu -- ...$words | complete)
    if ($found.stdout | is-empty) { return [] }
    $found.stdout | from json
}
