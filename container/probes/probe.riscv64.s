# Linux riscv64, no compressed instructions: see README.md for what it does.
        .option norvc
        .option norelax
        .globl  _start
_start: ld      a1, 8(sp)               # argv[0]
        mv      a2, a1
1:      lbu     t0, 0(a2)
        addi    a2, a2, 1
        bnez    t0, 1b
        li      t0, 10
        sb      t0, -1(a2)
        sub     a2, a2, a1
        li      a0, 1
        li      a7, 64                  # write
        ecall
        li      a0, 0
        li      a2, 1
        li      a7, 63                  # read
        ecall
        addi    a0, a0, -1
        snez    a0, a0
        li      a7, 93                  # exit
        ecall
