# What is typed is handed over word by word, and nothing of it is evaluated.
def "nu-complete azvault" [typed: list<string>] {
    let words = ($typed | each {|word| $word | str trim --char '"' | str trim --char "'" })
    let found = (^azvault complete --shell nu -- ...$words | complete)
    if ($found.stdout | is-empty) { return [] }
    $found.stdout | from json
}
