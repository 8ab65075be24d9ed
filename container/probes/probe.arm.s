@ Linux arm, EABI, instructions that every core since ARMv4 has: see README.md for what it does.
        .syntax unified
        .arch   armv4
        .arm
        .globl  _start
_start: ldr     r1, [sp, #4]            @ argv[0]
        mov     r2, r1
1:      ldrb    r3, [r2], #1
        cmp     r3, #0
        bne     1b
        mov     r3, #10
        strb    r3, [r2, #-1]
        sub     r2, r2, r1
        mov     r0, #1
        mov     r7, #4                  @ write
        svc     #0
        mov     r0, #0
        mov     r2, #1
        mov     r7, #3                  @ read
        svc     #0
        subs    r0, r0, #1
        movne   r0, #1
        mov     r7, #1                  @ exit
        svc     #0
