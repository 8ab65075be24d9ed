// Linux aarch64: see README.md for what it does.
        .globl  _start
_start: ldr     x1, [sp, #8]            // argv[0]
        mov     x2, x1
1:      ldrb    w3, [x2], #1
        cbnz    w3, 1b
        mov     w3, #10
        strb    w3, [x2, #-1]
        sub     x2, x2, x1
        mov     x0, #1
        mov     x8, #64                 // write
        svc     #0
        mov     x0, #0
        mov     x2, #1
        mov     x8, #63                 // read
        svc     #0
        cmp     x0, #1
        cset    x0, ne
        mov     x8, #93                 // exit
        svc     #0
