# Linux mips and mipsel, o32: see README.md for what it does. A failed call says so in $a3.
        .set    noreorder
        .globl  _start
_start: lw      $a1, 4($sp)             # argv[0]
        nop
        move    $a2, $a1
1:      lbu     $t0, 0($a2)
        nop
        bnez    $t0, 1b
        addiu   $a2, $a2, 1
        li      $t0, 10
        sb      $t0, -1($a2)
        subu    $a2, $a2, $a1
        li      $a0, 1
        li      $v0, 4004               # write
        syscall
        li      $a0, 0
        li      $a2, 1
        li      $v0, 4003               # read
        syscall
        xori    $v0, $v0, 1
        or      $v0, $v0, $a3
        sltu    $a0, $zero, $v0
        li      $v0, 4001               # exit
        syscall
