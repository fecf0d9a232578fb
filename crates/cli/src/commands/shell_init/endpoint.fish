# The endpoint of this shell, which ends with it. A locked vault is no reason to wait: what asks is told so.
command azvault endpoint --for-process $fish_pid --when-unlocked --shell fish | source
