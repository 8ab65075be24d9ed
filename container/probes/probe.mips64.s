# Linux mips64 and mips64el, n64: see README.md for what it does. A failed call says so in $a3.
        .set    noreorder
        .globl  _start
_start: ld      $a1, 8($sp)             # argv[0]
        move    $a2, $a1
1:      lbu     $t0, 0($a2)
        bnez    $t0, 1b
        daddiu  $a2, $a2, 1
        li      $t0, 10
        sb      $t0, -1($a2)
        dsubu   $a2, $a2, $a1
        li      $a0, 1
        li      $v0, 5001               # write
        syscall
        li      $a0, 0
        li      $a2, 1
        li      $v0, 5000               # read
        syscall
        xori    $v0, $v0, 1
        or      $v0, $v0, $a3
        sltu    $a0, $zero, $v0
        li      $v0, 5058               # exit
        syscall
