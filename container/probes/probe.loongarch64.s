# Linux loongarch64: see README.md for what it does. No pseudo-instructions: scripts/generate/loongarch64.ts assembles it
# where the distribution has no binutils for it (Debian 12).
        .globl  _start
_start: ld.d    $a1, $sp, 8             # argv[0]
        or      $a2, $a1, $zero
1:      ld.bu   $t0, $a2, 0
        addi.d  $a2, $a2, 1
        bnez    $t0, 1b
        ori     $t0, $zero, 10
        st.b    $t0, $a2, -1
        sub.d   $a2, $a2, $a1
        ori     $a0, $zero, 1
        ori     $a7, $zero, 64          # write
        syscall 0
        or      $a0, $zero, $zero
        ori     $a2, $zero, 1
        ori     $a7, $zero, 63          # read
        syscall 0
        addi.d  $a0, $a0, -1
        sltu    $a0, $zero, $a0
        ori     $a7, $zero, 93          # exit
        syscall 0
