# Linux i386: see README.md for what it does.
        .globl  _start
_start: mov     4(%esp), %ecx           # argv[0]
        lea     -1(%ecx), %edx
1:      inc     %edx
        cmpb    $0, (%edx)
        jne     1b
        movb    $10, (%edx)
        inc     %edx
        sub     %ecx, %edx
        mov     $1, %ebx
        mov     $4, %eax                # write
        int     $0x80
        xor     %ebx, %ebx
        mov     $1, %edx
        mov     $3, %eax                # read
        int     $0x80
        xor     %ebx, %ebx
        cmp     $1, %eax
        setne   %bl
        mov     $1, %eax                # exit
        int     $0x80
