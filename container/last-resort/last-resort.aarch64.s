// gcc 12.2.0 from last-resort.c: scripts/generate/last-resort.ts
	.arch armv8-a
	.file	"last-resort.c"
	.text
#APP
	.section .text.start, "ax"
.globl _start
_start: mov x0, sp
b begin
.text

#NO_APP
	.align	2
	.type	kernel4, %function
kernel4:
	mov	x8, x0
	mov	x5, 0
	mov	x0, x1
	mov	x1, x2
	mov	x2, x3
	mov	x3, x4
	mov	x4, 0
#APP
// 36 "kernel.h" 1
	svc #0
// 0 "" 2
#NO_APP
	ret
	.size	kernel4, .-kernel4
	.align	2
	.type	put, %function
put:
.L3:
	ldrb	w2, [x1]
	cbz	w2, .L2
	ldp	x2, x3, [x0]
	cmp	x2, x3
	bcc	.L5
.L2:
	ret
.L5:
	add	x3, x2, 1
	str	x3, [x0]
	ldrb	w3, [x1], 1
	strb	w3, [x2]
	b	.L3
	.size	put, .-put
	.align	2
	.type	milliseconds, %function
milliseconds:
	stp	x29, x30, [sp, -32]!
	mov	x4, 0
	mov	x3, 0
	mov	x29, sp
	add	x2, sp, 16
	mov	x1, 1
	mov	x0, 113
	stp	xzr, xzr, [sp, 16]
	bl	kernel4
	ldp	x2, x1, [sp, 16]
	mov	x0, 16960
	movk	x0, 0xf, lsl 16
	ldp	x29, x30, [sp], 32
	sdiv	x1, x1, x0
	mov	x0, 1000
	madd	x0, x2, x0, x1
	ret
	.size	milliseconds, .-milliseconds
	.section	.rodata.str1.1,"aMS",@progbits,1
.LC0:
	.string	"another kind of processor"
.LC1:
	.string	"..."
.LC3:
	.string	": a program for "
.LC4:
	.string	"; its handler is gone and did not come back in time. binfmt-keeper status"
.LC5:
	.string	"; this host has no emulator for it. binfmt-keeper install"
.LC6:
	.string	" "
.LC7:
	.string	"\n"
	.text
	.align	2
	.type	tell, %function
tell:
	sub	sp, sp, #2128
	mov	x6, x0
	add	x0, sp, 1928
	add	x9, sp, 80
	mov	x7, x1
	mov	w10, w2
	stp	x29, x30, [sp]
	mov	x29, sp
	add	x2, sp, 48
	mov	x4, 8
	stp	x9, x0, [sp, 32]
	mov	x0, 1
	mov	x3, 0
	mov	x1, 13
	str	x0, [sp, 48]
	mov	x0, 134
	stp	xzr, xzr, [sp, 56]
	mov	w11, 30812
	str	xzr, [sp, 72]
	bl	kernel4
	adrp	x8, .LC2
	add	x8, x8, :lo12:.LC2
.L12:
	ldrb	w3, [x6]
	cbz	w3, .L33
	ldp	x0, x5, [sp, 32]
	sub	x5, x5, x0
	tbnz	x3, 7, .L13
	sub	w1, w3, #32
	and	w1, w1, 255
	cmp	x5, 7
	bgt	.L49
.L14:
	adrp	x1, .LC1
	add	x0, sp, 32
	add	x1, x1, :lo12:.LC1
	bl	put
.L33:
	add	x0, sp, 2128
	adrp	x1, .LC3
	add	x1, x1, :lo12:.LC3
	str	x0, [sp, 40]
	add	x0, sp, 32
	bl	put
	cmp	x7, 0
	adrp	x1, .LC0
	add	x1, x1, :lo12:.LC0
	csel	x1, x1, x7, eq
	bl	put
	cbz	w10, .L39
	adrp	x1, .LC4
	add	x1, x1, :lo12:.LC4
.L56:
	bl	put
.L40:
	add	x0, sp, 32
	adrp	x1, .LC7
	add	x1, x1, :lo12:.LC7
	bl	put
	ldr	x3, [sp, 32]
	mov	x2, x9
	mov	x4, 0
	mov	x1, 2
	sub	x3, x3, x9
	mov	x0, 64
	bl	kernel4
	ldp	x29, x30, [sp]
	add	sp, sp, 2128
	ret
.L13:
	ldrb	w4, [x6, 1]
	sub	w0, w4, #128
	and	w0, w0, 255
	cmp	w0, 63
	bhi	.L19
	add	w0, w3, 62
	and	w0, w0, 255
	cmp	w0, 29
	bhi	.L17
	cmp	w3, 194
	bne	.L18
	cmp	w4, 159
	mov	w0, 173
	ccmp	w4, w0, 4, hi
	beq	.L19
.L18:
	cmp	x5, 7
	ble	.L14
	mov	x0, 2
	b	.L31
.L17:
	ldrb	w0, [x6, 2]
	sub	w1, w0, #128
	and	w1, w1, 255
	cmp	w1, 63
	bhi	.L19
	add	w1, w3, 32
	and	w1, w1, 255
	cmp	w1, 15
	bhi	.L20
	cmp	w3, 224
	bne	.L21
	cmp	w4, 159
	bhi	.L26
.L19:
	cmp	x5, 7
	ble	.L14
.L32:
	ubfx	x0, x3, 4, 4
	and	x3, x3, 15
	add	x1, sp, 24
	add	x6, x6, 1
	strh	w11, [sp, 24]
	ldrb	w0, [x8, x0]
	strb	w0, [sp, 26]
	ldrb	w0, [x8, x3]
	strb	w0, [sp, 27]
	add	x0, sp, 32
	strb	wzr, [sp, 28]
	bl	put
	mov	x0, 0
	b	.L31
.L21:
	cmp	w3, 237
	bne	.L23
	cmp	w4, 159
.L62:
	bhi	.L19
.L26:
	cmp	x5, 7
	ble	.L14
	mov	x0, 3
	b	.L31
.L23:
	cmp	w3, 226
	bne	.L24
	cmp	w4, 129
	bhi	.L26
	cmp	w4, 128
	bne	.L19
	add	w0, w0, 112
	and	w0, w0, 255
	cmp	w0, 23
	b	.L62
.L24:
	cmp	w3, 239
	bne	.L26
	and	w4, w4, -5
	cmp	w4, 187
	beq	.L19
	b	.L26
.L20:
	add	w0, w3, 16
	and	w0, w0, 255
	cmp	w0, 4
	bhi	.L19
	ldrb	w0, [x6, 3]
	sub	w0, w0, #128
	and	w0, w0, 255
	cmp	w0, 63
	bhi	.L19
	cmp	w3, 240
	bne	.L28
	cmp	w4, 143
	bls	.L19
.L29:
	cmp	x5, 7
	ble	.L14
	mov	x0, 4
.L31:
	ldr	x3, [sp, 32]
	mov	x1, 0
	mov	w2, 0
.L34:
	ldrb	w4, [x6, x1]
	cmp	x0, x1
	bne	.L35
	add	x6, x6, x0
	cbz	w2, .L12
	add	x3, x3, x0
	str	x3, [sp, 32]
	b	.L12
.L28:
	cmp	w3, 244
	bne	.L30
	cmp	w4, 143
.L60:
	bhi	.L19
	b	.L29
.L30:
	cmp	w3, 243
	bne	.L29
	cmp	w4, 159
	b	.L60
.L49:
	mov	x0, 1
	cmp	w1, 94
	bls	.L31
	b	.L32
.L35:
	mov	w2, 1
	strb	w4, [x3, x1]
	add	x1, x1, 1
	b	.L34
.L39:
	adrp	x1, .LC5
	add	x1, x1, :lo12:.LC5
	bl	put
	cbz	x7, .L40
	adrp	x1, .LC6
	add	x1, x1, :lo12:.LC6
	bl	put
	mov	x1, x7
	b	.L56
	.size	tell, .-tell
	.section	.rodata.str1.1
.LC2:
	.string	"0123456789abcdef"
	.text
	.section	.rodata.str1.1
.LC8:
	.string	"binfmt-keeper"
.LC9:
	.string	"1"
	.text
	.align	2
	.type	report, %function
report:
	sub	sp, sp, #1216
	mov	x5, x0
	add	x0, sp, 83
	mov	x8, x1
	add	x9, sp, 192
	adrp	x1, .LC8
	stp	x29, x30, [sp]
	mov	x29, sp
	mov	x7, x2
	mov	x6, x3
	str	x0, [sp, 32]
	add	x0, sp, 190
	str	x0, [sp, 40]
	add	x0, sp, 1216
	str	x0, [sp, 56]
	mov	w0, 1
	add	x1, x1, :lo12:.LC8
	mov	x4, 0
	str	x9, [sp, 48]
	strh	w0, [sp, 80]
	add	x0, sp, 32
	strb	wzr, [sp, 82]
	bl	put
.L64:
	ldrb	w0, [x5, x4]
	cbnz	w0, .L65
	cmp	x4, 90
	ble	.L66
	sub	x4, x4, #90
	add	x5, x5, x4
.L66:
	mov	x1, x5
	add	x0, sp, 32
	bl	put
	add	x0, sp, 48
	adrp	x1, .LC9
	add	x1, x1, :lo12:.LC9
	bl	put
	mov	x4, 0
	ldr	x1, [sp, 48]
	add	x2, x1, 1
	str	x2, [sp, 48]
	strb	wzr, [x1]
	mov	x1, x8
	bl	put
	ldr	x1, [sp, 48]
	add	x2, x1, 1
	str	x2, [sp, 48]
	strb	wzr, [x1]
	mov	x1, x7
	bl	put
	ldr	x1, [sp, 48]
	add	x2, x1, 1
	str	x2, [sp, 48]
	strb	wzr, [x1]
	mov	x1, x6
	bl	put
	mov	x0, 198
	mov	x2, 2050
	mov	x3, 0
	movk	x2, 0x8, lsl 16
	mov	x1, 1
	bl	kernel4
	mov	x6, x0
	tbnz	x0, #63, .L63
	ldr	x3, [sp, 32]
	add	x7, sp, 80
	mov	x1, x0
	mov	x2, x7
	sub	x3, x3, x7
	mov	x4, 0
	mov	x0, 203
	bl	kernel4
	cbnz	x0, .L63
	mov	x2, x7
	mov	x1, x6
	mov	x4, 0
	mov	x3, 2
	mov	x0, 200
	bl	kernel4
	ldr	x2, [sp, 48]
	mov	x0, x6
	mov	x1, x9
	mov	x8, 206
	sub	x2, x2, x9
	mov	x3, 16448
	mov	x4, 0
	mov	x5, 0
#APP
// 36 "kernel.h" 1
	svc #0
// 0 "" 2
#NO_APP
	tbnz	x0, #63, .L63
	mov	w0, 1
	stp	w6, w0, [sp, 24]
	mov	x0, 38528
	mov	x8, 73
	movk	x0, 0x98, lsl 16
	mov	x1, 1
	add	x2, sp, 64
	mov	x3, 0
	str	xzr, [sp, 64]
	str	x0, [sp, 72]
	add	x0, sp, 24
#APP
// 36 "kernel.h" 1
	svc #0
// 0 "" 2
#NO_APP
.L63:
	ldp	x29, x30, [sp]
	add	sp, sp, 1216
	ret
.L65:
	add	x4, x4, 1
	b	.L64
	.size	report, .-report
	.section	.rodata.str1.1
.LC10:
	.string	""
.LC11:
	.string	"gone"
.LC12:
	.string	"none"
.LC13:
	.string	"-wait"
	.text
	.align	2
	.global	begin
	.type	begin, %function
begin:
	stp	x29, x30, [sp, -96]!
	mov	x12, x0
	mov	x29, sp
	ldr	x1, [x0]
	add	x9, x1, 2
	add	x9, x0, x9, lsl 3
	mov	x0, x9
.L71:
	ldr	x2, [x0], 8
	cbnz	x2, .L71
	mov	x7, -1
.L72:
	ldr	x2, [x0]
	cbnz	x2, .L74
	cmp	x1, 2
	ble	.L99
	ldr	x1, [x12, 8]
	mov	x0, x1
.L76:
	ldrb	w2, [x0]
	cbnz	w2, .L77
	sub	x1, x0, x1
	cmp	x1, 4
	ble	.L102
	adrp	x2, .LC13
	sub	x0, x0, #5
	add	x2, x2, :lo12:.LC13
	mov	x1, 0
.L79:
	ldrb	w4, [x0, x1]
	ldrb	w3, [x2, x1]
	cmp	w4, w3
	bne	.L102
	add	x1, x1, 1
	cmp	x1, 5
	bne	.L79
	ldr	x11, [x12, 16]
	bl	milliseconds
	add	x2, sp, 32
	mov	x10, x0
	mov	x4, 0
	mov	x3, 0
	mov	x1, 1
	mov	x0, 102
	stp	xzr, xzr, [sp, 32]
	stp	xzr, xzr, [sp, 48]
	bl	kernel4
	cbnz	x0, .L84
	mov	x1, 4
	ldr	x2, [sp, 48]
	sdiv	x1, x10, x1
	and	x0, x1, 4194303
	cbnz	x2, .L81
	ldr	x6, [sp, 56]
	cbnz	x6, .L84
.L82:
	sub	x1, x1, x0
	mov	x15, 190
	add	x13, x12, 24
	ubfiz	x1, x1, 2, 22
	sub	x15, x15, x1
	mov	x1, 51718
	movk	x1, 0x3b9a, lsl 16
	add	x14, x1, x0, lsl 9
.L85:
	cmp	x6, 127
	beq	.L84
	bl	milliseconds
	sub	x2, x0, x10
	sub	x2, x15, x2
	cmp	x2, 0
	ble	.L84
	cmp	x6, 3
	bls	.L103
	cmp	x6, 20
	mov	x1, 1000
	mov	x0, 2000
	csel	x1, x1, x0, cc
.L87:
	mov	x0, 1000
	mov	x4, 0
	mov	x3, 0
	mul	x2, x2, x0
	cmp	x2, x1
	csel	x2, x2, x1, le
	add	x1, sp, 16
	mul	x2, x2, x0
	mov	x0, 101
	stp	xzr, x2, [sp, 16]
	mov	x2, 0
	bl	kernel4
	stp	xzr, xzr, [sp, 32]
	add	x0, x14, x6, lsl 2
	add	x2, sp, 32
	mov	x4, 0
	mov	x3, 0
	mov	x1, 1
	stp	x0, xzr, [sp, 48]
	mov	x0, 103
	bl	kernel4
	cbnz	x0, .L84
	tbnz	x7, #63, .L88
	mov	x1, x7
	mov	x4, 0
	mov	x3, 1
	mov	x2, 2
	mov	x0, 25
	bl	kernel4
.L88:
	mov	x1, x11
	mov	x3, x9
	mov	x2, x13
	mov	x4, 0
	mov	x0, 221
	bl	kernel4
	add	x1, x0, 12
	add	x6, x6, 1
	cmp	x1, 1
	ccmn	x0, #8, 4, hi
	beq	.L85
.L84:
	mov	w13, 1
.L78:
	ldr	x2, [x12, 16]
	tbz	x7, #63, .L90
	mov	x3, 2048
	mov	x4, 0
	movk	x3, 0x8, lsl 16
	mov	x1, -100
	mov	x0, 56
	bl	kernel4
	mov	x7, x0
	tbz	x0, #63, .L90
.L119:
	ldr	x0, [x12, 16]
	mov	x1, 0
	mov	w2, w13
	bl	tell
	ldr	x0, [x12, 8]
	adrp	x1, .LC10
	add	x1, x1, :lo12:.LC10
.L91:
	ldr	x3, [x12, 16]
	cmp	w13, 0
	adrp	x4, .LC11
	add	x4, x4, :lo12:.LC11
	adrp	x2, .LC12
	add	x2, x2, :lo12:.LC12
	csel	x2, x2, x4, eq
	bl	report
.L99:
	mov	x4, 0
	mov	x3, 0
	mov	x2, 0
	mov	x1, 126
	mov	x0, 94
	bl	kernel4
	b	.L99
.L74:
	cmp	x2, 2
	bne	.L73
	ldr	x7, [x0, 8]
.L73:
	add	x0, x0, 16
	b	.L72
.L77:
	add	x0, x0, 1
	b	.L76
.L81:
	mov	x3, -51712
	movk	x3, 0xc465, lsl 16
	add	x2, x2, x3
	mov	x3, 2147483647
	cmp	x2, x3
	bhi	.L84
	mov	x3, 512
	ubfx	x6, x2, 2, 7
	mov	x4, 4999
	sdiv	x2, x2, x3
	neg	x2, x2
	add	x3, x0, x2
	ubfiz	x3, x3, 2, 22
	cmp	x3, x4
	bgt	.L82
	neg	x0, x2
	b	.L82
.L103:
	mov	x1, 400
	b	.L87
.L102:
	mov	w13, 0
	b	.L78
.L90:
	add	x6, sp, 32
	mov	x1, x7
	mov	x2, x6
	mov	x4, 0
	mov	x3, 64
	mov	x0, 67
	bl	kernel4
	cmp	x0, 64
	bne	.L119
	ldrb	w4, [sp, 37]
	ldrh	w3, [sp, 50]
	cmp	w4, 2
	bne	.L93
	rev16	w3, w3
	mov	x0, 39
	and	w3, w3, 65535
.L94:
	ldrb	w2, [x6, x0]
	adrp	x0, .LANCHOR0
	ldrb	w6, [sp, 36]
	add	x0, x0, :lo12:.LANCHOR0
	mov	w1, 0
	ubfx	x2, x2, 5, 1
.L97:
	ldrb	w5, [x0, 18]
	mov	x14, x0
	cmp	w5, w6
	bne	.L95
	ldrb	w5, [x0, 19]
	cmp	w5, w4
	bne	.L95
	ldrh	w5, [x0, 16]
	cmp	w5, w3
	bne	.L95
	ldrb	w5, [x0, 20]
	cbz	w5, .L96
	cmp	w5, 2
	cset	w5, eq
	cmp	w5, w2
	beq	.L96
.L95:
	add	w1, w1, 1
	add	x0, x0, 22
	cmp	w1, 32
	bne	.L97
	mov	x14, 0
.L96:
	ldr	x0, [x12, 16]
	mov	w2, w13
	mov	x1, x14
	bl	tell
	cmp	x14, 0
	adrp	x2, .LC10
	add	x2, x2, :lo12:.LC10
	ldr	x0, [x12, 8]
	csel	x1, x2, x14, eq
	b	.L91
.L93:
	mov	x0, 36
	b	.L94
	.size	begin, .-begin
	.section	.rodata
	.align	1
	.set	.LANCHOR0,. + 0
	.type	platforms, %object
	.size	platforms, 704
platforms:
	.string	"linux/amd64"
	.zero	4
	.hword	62
	.byte	2
	.byte	1
	.byte	0
	.zero	1
	.string	"linux/386"
	.zero	6
	.hword	3
	.byte	1
	.byte	1
	.byte	0
	.zero	1
	.string	"linux/arm64"
	.zero	4
	.hword	183
	.byte	2
	.byte	1
	.byte	0
	.zero	1
	.string	"linux/arm"
	.zero	6
	.hword	40
	.byte	1
	.byte	1
	.byte	0
	.zero	1
	.string	"linux/riscv64"
	.zero	2
	.hword	243
	.byte	2
	.byte	1
	.byte	0
	.zero	1
	.string	"linux/ppc64le"
	.zero	2
	.hword	21
	.byte	2
	.byte	1
	.byte	0
	.zero	1
	.string	"linux/s390x"
	.zero	4
	.hword	22
	.byte	2
	.byte	2
	.byte	0
	.zero	1
	.string	"linux/loong64"
	.zero	2
	.hword	258
	.byte	2
	.byte	1
	.byte	0
	.zero	1
	.string	"linux/mips64le"
	.zero	1
	.hword	8
	.byte	2
	.byte	1
	.byte	0
	.zero	1
	.string	"linux/mips64"
	.zero	3
	.hword	8
	.byte	2
	.byte	2
	.byte	0
	.zero	1
	.string	"linux/mipsle"
	.zero	3
	.hword	8
	.byte	1
	.byte	1
	.byte	1
	.zero	1
	.string	"linux/mips"
	.zero	5
	.hword	8
	.byte	1
	.byte	2
	.byte	1
	.zero	1
	.string	"mipsn32el"
	.zero	6
	.hword	8
	.byte	1
	.byte	1
	.byte	2
	.zero	1
	.string	"mipsn32"
	.zero	8
	.hword	8
	.byte	1
	.byte	2
	.byte	2
	.zero	1
	.string	"linux/ppc64"
	.zero	4
	.hword	21
	.byte	2
	.byte	2
	.byte	0
	.zero	1
	.string	"ppc"
	.zero	12
	.hword	20
	.byte	1
	.byte	2
	.byte	0
	.zero	1
	.string	"riscv32"
	.zero	8
	.hword	243
	.byte	1
	.byte	1
	.byte	0
	.zero	1
	.string	"sparc64"
	.zero	8
	.hword	43
	.byte	2
	.byte	2
	.byte	0
	.zero	1
	.string	"sparc"
	.zero	10
	.hword	2
	.byte	1
	.byte	2
	.byte	0
	.zero	1
	.string	"sparc32plus"
	.zero	4
	.hword	18
	.byte	1
	.byte	2
	.byte	0
	.zero	1
	.string	"alpha"
	.zero	10
	.hword	-28634
	.byte	2
	.byte	1
	.byte	0
	.zero	1
	.string	"m68k"
	.zero	11
	.hword	4
	.byte	1
	.byte	2
	.byte	0
	.zero	1
	.string	"hppa"
	.zero	11
	.hword	15
	.byte	1
	.byte	2
	.byte	0
	.zero	1
	.string	"sh4"
	.zero	12
	.hword	42
	.byte	1
	.byte	1
	.byte	0
	.zero	1
	.string	"sh4eb"
	.zero	10
	.hword	42
	.byte	1
	.byte	2
	.byte	0
	.zero	1
	.string	"aarch64_be"
	.zero	5
	.hword	183
	.byte	2
	.byte	2
	.byte	0
	.zero	1
	.string	"armeb"
	.zero	10
	.hword	40
	.byte	1
	.byte	2
	.byte	0
	.zero	1
	.string	"xtensa"
	.zero	9
	.hword	94
	.byte	1
	.byte	1
	.byte	0
	.zero	1
	.string	"xtensaeb"
	.zero	7
	.hword	94
	.byte	1
	.byte	2
	.byte	0
	.zero	1
	.string	"microblazeel"
	.zero	3
	.hword	-17749
	.byte	1
	.byte	1
	.byte	0
	.zero	1
	.string	"or1k"
	.zero	11
	.hword	92
	.byte	1
	.byte	2
	.byte	0
	.zero	1
	.string	"hexagon"
	.zero	8
	.hword	164
	.byte	1
	.byte	1
	.byte	0
	.zero	1
	.section	.note.GNU-stack,"",@progbits
