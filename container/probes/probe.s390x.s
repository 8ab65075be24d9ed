# Linux s390x: see README.md for what it does.
        .globl  _start
_start: lg      %r3, 8(%r15)            # argv[0]
        lgr     %r4, %r3
1:      cli     0(%r4), 0
        la      %r4, 1(%r4)             # keeps the condition code
        jne     1b
        mviy    -1(%r4), 10
        sgr     %r4, %r3
        lghi    %r2, 1
        svc     4                       # write
        lghi    %r2, 0
        lghi    %r4, 1
        svc     3                       # read
        cghi    %r2, 1
        lghi    %r2, 0                  # keeps the condition code
        je      2f
        lghi    %r2, 1
2:      svc     1                       # exit
