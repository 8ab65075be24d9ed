// gcc 12.2.0 from last-resort.c: scripts/generate/last-resort.ts
	.file	"last-resort.c"
	.text
#APP
	.section .text.start, "ax"
.globl _start
_start: mov %rsp, %rdi
and $-16, %rsp
call begin
.text

#NO_APP
	.type	put, @function
put:
.L2:
	cmpb	$0, (%rsi)
	je	.L1
	movq	(%rdi), %rax
	cmpq	8(%rdi), %rax
	jnb	.L1
	leaq	1(%rax), %rdx
	incq	%rsi
	movq	%rdx, (%rdi)
	movb	-1(%rsi), %dl
	movb	%dl, (%rax)
	jmp	.L2
.L1:
	ret
	.size	put, .-put
	.type	milliseconds, @function
milliseconds:
	subq	$16, %rsp
	xorl	%edx, %edx
	xorl	%r10d, %r10d
	xorl	%r8d, %r8d
	movq	%rdx, (%rsp)
	movq	%rsp, %rsi
	xorl	%r9d, %r9d
	movl	$228, %eax
	movq	%rdx, 8(%rsp)
	movl	$1, %edi
	xorl	%edx, %edx
#APP
# 15 "kernel.h" 1
	syscall
# 0 "" 2
#NO_APP
	movq	8(%rsp), %rax
	movl	$1000000, %esi
	imulq	$1000, (%rsp), %rcx
	addq	$16, %rsp
	cqto
	idivq	%rsi
	addq	%rcx, %rax
	ret
	.size	milliseconds, .-milliseconds
	.section	.rodata.str1.1,"aMS",@progbits,1
.LC0:
	.string	"binfmt-keeper"
.LC1:
	.string	"1"
	.text
	.type	report, @function
report:
	pushq	%rbp
	movq	%rdi, %r8
	movq	%rsi, %r10
	movl	$.LC0, %esi
	pushq	%rbx
	movq	%rdx, %r9
	subq	$1200, %rsp
	leaq	69(%rsp), %rax
	leaq	176(%rsp), %rbx
	movw	$1, 66(%rsp)
	movq	%rax, 16(%rsp)
	leaq	16(%rsp), %rdi
	leaq	1200(%rsp), %rax
	movq	%rax, 40(%rsp)
	movq	%rbx, 24(%rsp)
	movq	%rbx, 32(%rsp)
	movb	$0, 68(%rsp)
	call	put
	xorl	%eax, %eax
.L9:
	cmpb	$0, (%r8,%rax)
	je	.L15
	incq	%rax
	jmp	.L9
.L15:
	cmpq	$90, %rax
	jle	.L11
	leaq	-90(%r8,%rax), %r8
.L11:
	movq	%r8, %rsi
	leaq	16(%rsp), %rdi
	movl	$1, %ebp
	xorl	%r8d, %r8d
	call	put
	leaq	32(%rsp), %rdi
	movl	$.LC1, %esi
	call	put
	movq	32(%rsp), %rax
	movq	%r10, %rsi
	xorl	%r10d, %r10d
	movb	$0, (%rax)
	leaq	1(%rax), %rdx
	movq	%rdx, 32(%rsp)
	call	put
	movq	32(%rsp), %rax
	movq	%r9, %rsi
	xorl	%r9d, %r9d
	movb	$0, (%rax)
	leaq	1(%rax), %rdx
	movq	%rdx, 32(%rsp)
	call	put
	movq	32(%rsp), %rax
	movq	%rcx, %rsi
	movb	$0, (%rax)
	leaq	1(%rax), %rdx
	movq	%rdx, 32(%rsp)
	call	put
	movl	$41, %eax
	xorl	%edx, %edx
	movq	%rbp, %rdi
	movl	$526338, %esi
#APP
# 15 "kernel.h" 1
	syscall
# 0 "" 2
#NO_APP
	movq	%rax, %rdi
	testq	%rax, %rax
	js	.L8
	movq	16(%rsp), %rdx
	leaq	66(%rsp), %rsi
	movl	$42, %eax
	subq	%rsi, %rdx
#APP
# 15 "kernel.h" 1
	syscall
# 0 "" 2
#NO_APP
	testq	%rax, %rax
	jne	.L8
	movl	$49, %eax
	movl	$2, %edx
#APP
# 15 "kernel.h" 1
	syscall
# 0 "" 2
#NO_APP
	movq	32(%rsp), %rdx
	movl	$16448, %r10d
	movl	$44, %eax
	movq	%rbx, %rsi
	subq	%rbx, %rdx
#APP
# 15 "kernel.h" 1
	syscall
# 0 "" 2
#NO_APP
	testq	%rax, %rax
	js	.L8
	xorl	%eax, %eax
	movl	%edi, 8(%rsp)
	leaq	48(%rsp), %rdx
	leaq	8(%rsp), %rdi
	movq	%rax, 48(%rsp)
	xorl	%r10d, %r10d
	movl	$271, %eax
	movq	%rbp, %rsi
	movl	$1, 12(%rsp)
	movq	$10000000, 56(%rsp)
#APP
# 15 "kernel.h" 1
	syscall
# 0 "" 2
#NO_APP
.L8:
	addq	$1200, %rsp
	popq	%rbx
	popq	%rbp
	ret
	.size	report, .-report
	.section	.rodata.str1.1
.LC2:
	.string	"another kind of processor"
.LC3:
	.string	"..."
.LC5:
	.string	": a program for "
.LC6:
	.string	"; its handler is gone and did not come back in time. binfmt-keeper status"
.LC7:
	.string	"; this host has no emulator for it. binfmt-keeper install"
.LC8:
	.string	" "
.LC9:
	.string	"\n"
.LC4:
	.string	"0123456789abcdef"
	.text
	.type	tell, @function
tell:
	pushq	%r13
	movl	$8, %r10d
	movl	%edx, %r13d
	xorl	%r8d, %r8d
	pushq	%r12
	xorl	%r9d, %r9d
	xorl	%edx, %edx
	pushq	%rbp
	movq	%rsi, %rbp
	pushq	%rbx
	movq	%rdi, %rbx
	subq	$2112, %rsp
	leaq	1912(%rsp), %rax
	leaq	64(%rsp), %r12
	movq	$1, 32(%rsp)
	movq	%rax, 24(%rsp)
	xorl	%eax, %eax
	leaq	32(%rsp), %rsi
	movq	%rax, 40(%rsp)
	movq	%rax, 48(%rsp)
	movq	%rax, 56(%rsp)
	movl	$13, %eax
	movq	%r12, 16(%rsp)
	movq	%rax, %rdi
#APP
# 15 "kernel.h" 1
	syscall
# 0 "" 2
#NO_APP
.L17:
	movb	(%rbx), %al
	testb	%al, %al
	je	.L38
	movq	24(%rsp), %rcx
	subq	16(%rsp), %rcx
	testb	%al, %al
	js	.L18
	leal	-32(%rax), %esi
	cmpq	$7, %rcx
	jg	.L54
	jmp	.L19
.L18:
	movb	1(%rbx), %dl
	leal	-128(%rdx), %esi
	cmpb	$63, %sil
	ja	.L24
	leal	62(%rax), %esi
	cmpb	$29, %sil
	ja	.L22
	cmpb	$-62, %al
	jne	.L23
	cmpb	$-97, %dl
	jbe	.L24
	cmpb	$-83, %dl
	jne	.L23
	jmp	.L24
.L22:
	movb	2(%rbx), %sil
	leal	-128(%rsi), %edi
	cmpb	$63, %dil
	ja	.L24
	leal	32(%rax), %edi
	cmpb	$15, %dil
	ja	.L25
	cmpb	$-32, %al
	jne	.L26
	cmpb	$-97, %dl
	ja	.L31
	jmp	.L24
.L26:
	cmpb	$-19, %al
	jne	.L28
	cmpb	$-97, %dl
	jmp	.L67
.L28:
	cmpb	$-30, %al
	jne	.L29
	cmpb	$-127, %dl
	ja	.L31
	cmpb	$-128, %dl
	jne	.L24
	addl	$112, %esi
	cmpb	$23, %sil
.L67:
	jbe	.L31
	jmp	.L24
.L29:
	cmpb	$-17, %al
	jne	.L31
	andl	$-5, %edx
	cmpb	$-69, %dl
	je	.L24
	jmp	.L31
.L25:
	leal	16(%rax), %esi
	cmpb	$4, %sil
	ja	.L24
	movb	3(%rbx), %dil
	leal	-128(%rdi), %esi
	cmpb	$63, %sil
	ja	.L24
	cmpb	$-16, %al
	jne	.L33
	cmpb	$-113, %dl
	ja	.L34
	jmp	.L24
.L33:
	cmpb	$-12, %al
	jne	.L35
	cmpb	$-113, %dl
	jmp	.L65
.L35:
	cmpb	$-13, %al
	jne	.L34
	cmpb	$-97, %dl
.L65:
	ja	.L24
.L34:
	cmpq	$7, %rcx
	jle	.L19
	movl	$4, %edx
	jmp	.L36
.L23:
	cmpq	$7, %rcx
	jle	.L19
	movl	$2, %edx
	jmp	.L36
.L31:
	cmpq	$7, %rcx
	jle	.L19
	movl	$3, %edx
	jmp	.L36
.L24:
	cmpq	$7, %rcx
	jg	.L37
.L19:
	movl	$.LC3, %esi
	leaq	16(%rsp), %rdi
	call	put
	jmp	.L38
.L54:
	movl	$1, %edx
	cmpb	$94, %sil
	jbe	.L36
.L37:
	movq	%rax, %rdx
	andl	$15, %eax
	leaq	11(%rsp), %rsi
	movb	$0, 15(%rsp)
	shrq	$4, %rdx
	movb	.LC4(%rax), %al
	leaq	16(%rsp), %rdi
	incq	%rbx
	andl	$15, %edx
	movw	$30812, 11(%rsp)
	movb	.LC4(%rdx), %dl
	movb	%al, 14(%rsp)
	movb	%dl, 13(%rsp)
	call	put
	xorl	%edx, %edx
.L36:
	movq	16(%rsp), %rcx
	xorl	%eax, %eax
	xorl	%esi, %esi
.L39:
	movb	(%rbx,%rax), %dil
	cmpq	%rax, %rdx
	je	.L68
	movb	%dil, (%rcx,%rax)
	movb	$1, %sil
	incq	%rax
	jmp	.L39
.L68:
	addq	%rdx, %rbx
	testb	%sil, %sil
	je	.L17
	addq	%rdx, %rcx
	movq	%rcx, 16(%rsp)
	jmp	.L17
.L38:
	leaq	2112(%rsp), %rax
	movl	$.LC5, %esi
	leaq	16(%rsp), %rdi
	movq	%rax, 24(%rsp)
	call	put
	testq	%rbp, %rbp
	movl	$.LC2, %esi
	cmovne	%rbp, %rsi
	call	put
	movl	$.LC6, %esi
	testl	%r13d, %r13d
	jne	.L61
	movl	$.LC7, %esi
	leaq	16(%rsp), %rdi
	call	put
	testq	%rbp, %rbp
	je	.L45
	movl	$.LC8, %esi
	call	put
	movq	%rbp, %rsi
.L61:
	call	put
.L45:
	leaq	16(%rsp), %rdi
	movl	$.LC9, %esi
	xorl	%r10d, %r10d
	xorl	%r8d, %r8d
	call	put
	movq	16(%rsp), %rdx
	xorl	%r9d, %r9d
	movq	%r12, %rsi
	movl	$1, %eax
	movl	$2, %edi
	subq	%r12, %rdx
#APP
# 15 "kernel.h" 1
	syscall
# 0 "" 2
#NO_APP
	addq	$2112, %rsp
	popq	%rbx
	popq	%rbp
	popq	%r12
	popq	%r13
	ret
	.size	tell, .-tell
	.section	.rodata.str1.1
.LC10:
	.string	"gone"
.LC11:
	.string	"none"
.LC12:
	.string	""
.LC13:
	.string	"-wait"
	.text
	.globl	begin
	.type	begin, @function
begin:
	pushq	%r15
	pushq	%r14
	pushq	%r13
	pushq	%r12
	pushq	%rbp
	movq	%rdi, %rbp
	pushq	%rbx
	subq	$120, %rsp
	movq	(%rdi), %rdx
	leaq	16(%rdi,%rdx,8), %r13
	movq	%r13, %rax
.L70:
	movq	(%rax), %rcx
	addq	$8, %rax
	testq	%rcx, %rcx
	jne	.L70
	orq	$-1, %rbx
.L71:
	movq	(%rax), %rcx
	testq	%rcx, %rcx
	je	.L123
	cmpq	$2, %rcx
	jne	.L72
	movq	8(%rax), %rbx
.L72:
	addq	$16, %rax
	jmp	.L71
.L123:
	cmpq	$2, %rdx
	jle	.L74
	movq	8(%rbp), %rax
	movq	%rax, %rdx
.L75:
	cmpb	$0, (%rdx)
	je	.L124
	incq	%rdx
	jmp	.L75
.L124:
	movq	%rdx, %rcx
	xorl	%r12d, %r12d
	subq	%rax, %rcx
	cmpq	$4, %rcx
	jle	.L77
	xorl	%eax, %eax
.L78:
	movb	.LC13(%rax), %sil
	cmpb	%sil, -5(%rdx,%rax)
	jne	.L102
	incq	%rax
	cmpq	$5, %rax
	jne	.L78
	jmp	.L125
.L102:
	xorl	%r12d, %r12d
.L77:
	movq	16(%rbp), %rsi
	testq	%rbx, %rbx
	jns	.L90
	xorl	%r10d, %r10d
	xorl	%r8d, %r8d
	xorl	%r9d, %r9d
	movl	$257, %eax
	movq	$-100, %rdi
	movl	$526336, %edx
#APP
# 15 "kernel.h" 1
	syscall
# 0 "" 2
#NO_APP
	movq	%rax, %rbx
	testq	%rax, %rax
	jns	.L90
.L92:
	xorl	%ebx, %ebx
	jmp	.L91
.L90:
	leaq	48(%rsp), %rsi
	xorl	%r10d, %r10d
	xorl	%r8d, %r8d
	xorl	%r9d, %r9d
	movl	$17, %eax
	movl	$64, %edx
	movq	%rbx, %rdi
#APP
# 15 "kernel.h" 1
	syscall
# 0 "" 2
#NO_APP
	cmpq	$64, %rax
	jne	.L92
	movb	53(%rsp), %sil
	movzwl	66(%rsp), %edx
	movl	$36, %eax
	cmpb	$2, %sil
	jne	.L94
	xchgb	%dh, %dl
	movl	$39, %eax
	movzwl	%dx, %edx
.L94:
	movb	48(%rsp,%rax), %cl
	movb	52(%rsp), %r8b
	movl	$platforms, %eax
	shrb	$5, %cl
	andl	$1, %ecx
.L96:
	movq	%rax, %rbx
	cmpb	%r8b, 18(%rax)
	jne	.L95
	cmpb	19(%rax), %sil
	jne	.L95
	movzwl	16(%rax), %edi
	cmpl	%edi, %edx
	jne	.L95
	movb	20(%rax), %dil
	testb	%dil, %dil
	je	.L91
	cmpb	$2, %dil
	sete	%dil
	cmpb	%dil, %cl
	je	.L91
.L95:
	addq	$22, %rax
	cmpq	$platforms+704, %rax
	jne	.L96
	jmp	.L92
.L91:
	movq	16(%rbp), %rdi
	movl	%r12d, %edx
	movq	%rbx, %rsi
	call	tell
	testl	%r12d, %r12d
	movq	16(%rbp), %rcx
	movq	8(%rbp), %rdi
	movl	$.LC10, %eax
	movl	$.LC11, %edx
	cmovne	%rax, %rdx
	testq	%rbx, %rbx
	movl	$.LC12, %eax
	cmovne	%rbx, %rax
	movq	%rax, %rsi
	call	report
.L74:
	movl	$231, %ebx
	movl	$126, %edi
.L99:
	xorl	%edx, %edx
	xorl	%r10d, %r10d
	xorl	%r8d, %r8d
	xorl	%r9d, %r9d
	movq	%rbx, %rax
	movq	%rdx, %rsi
#APP
# 15 "kernel.h" 1
	syscall
# 0 "" 2
#NO_APP
	jmp	.L99
.L125:
	movq	16(%rbp), %rax
	movq	%rax, 16(%rsp)
	call	milliseconds
	movl	$8, %edx
	xorl	%r10d, %r10d
	xorl	%r8d, %r8d
	movq	%rax, %r14
	leaq	48(%rsp), %rdi
	xorl	%eax, %eax
	movq	%rdx, %rcx
	rep stosl
	leaq	48(%rsp), %rsi
	xorl	%r9d, %r9d
	movl	$36, %eax
	movl	$1, %edi
	movq	%rcx, %rdx
#APP
# 15 "kernel.h" 1
	syscall
# 0 "" 2
#NO_APP
	testq	%rax, %rax
	jne	.L83
	movq	%r14, %rax
	movl	$4, %ecx
	cqto
	idivq	%rcx
	movq	%rax, %rsi
	movq	%rax, %rcx
	movq	64(%rsp), %rax
	andl	$4194303, %esi
	testq	%rax, %rax
	jne	.L80
	movq	72(%rsp), %r12
	testq	%r12, %r12
	jne	.L83
	jmp	.L81
.L80:
	subq	$1000000000, %rax
	cmpq	$2147483647, %rax
	ja	.L83
	movl	$512, %edi
	cqto
	movq	%rax, %r12
	idivq	%rdi
	sarq	$2, %r12
	andl	$127, %r12d
	negq	%rax
	leaq	(%rsi,%rax), %rdx
	andl	$4194303, %edx
	salq	$2, %rdx
	cmpq	$4999, %rdx
	jg	.L81
	negq	%rax
	movq	%rax, %rsi
.L81:
	subq	%rsi, %rcx
	leaq	24(%rbp), %rax
	salq	$9, %rsi
	movl	$190, %r15d
	andl	$4194303, %ecx
	movq	%rax, (%rsp)
	leaq	0(,%rcx,4), %rax
	movq	%rsi, 24(%rsp)
	movq	%rax, 8(%rsp)
.L84:
	cmpq	$127, %r12
	je	.L83
	call	milliseconds
	movq	8(%rsp), %rsi
	movq	%r15, %rdx
	subq	%r14, %rax
	subq	%rsi, %rdx
	subq	%rax, %rdx
	testq	%rdx, %rdx
	jle	.L83
	movl	$400, %ecx
	cmpq	$3, %r12
	jle	.L86
	cmpq	$19, %r12
	movl	$2000, %ecx
	movl	$1000, %eax
	cmovle	%rax, %rcx
.L86:
	xorl	%eax, %eax
	leaq	32(%rsp), %rdi
	movq	%rax, 32(%rsp)
	imulq	$1000, %rdx, %rax
	cmpq	%rcx, %rax
	cmovg	%rcx, %rax
	xorl	%edx, %edx
	xorl	%r10d, %r10d
	xorl	%r8d, %r8d
	xorl	%r9d, %r9d
	movq	%rdx, %rsi
	imulq	$1000, %rax, %rax
	movq	%rax, 40(%rsp)
	movl	$35, %eax
#APP
# 15 "kernel.h" 1
	syscall
# 0 "" 2
#NO_APP
	movq	24(%rsp), %rax
	incq	%r12
	xorl	%ecx, %ecx
	xorl	%esi, %esi
	movq	%rsi, 72(%rsp)
	movl	$1, %edi
	leaq	48(%rsp), %rsi
	leaq	1000000002(%rax,%r12,4), %rax
	movq	%rcx, 48(%rsp)
	movq	%rax, 64(%rsp)
	movl	$38, %eax
	movq	%rcx, 56(%rsp)
#APP
# 15 "kernel.h" 1
	syscall
# 0 "" 2
#NO_APP
	testq	%rax, %rax
	jne	.L83
	testq	%rbx, %rbx
	js	.L87
	movl	$72, %eax
	movl	$2, %esi
	movq	%rbx, %rdi
	movl	$1, %edx
#APP
# 15 "kernel.h" 1
	syscall
# 0 "" 2
#NO_APP
.L87:
	movq	16(%rsp), %rdi
	movq	(%rsp), %rsi
	xorl	%r10d, %r10d
	xorl	%r8d, %r8d
	xorl	%r9d, %r9d
	movl	$59, %eax
	movq	%r13, %rdx
#APP
# 15 "kernel.h" 1
	syscall
# 0 "" 2
#NO_APP
	leaq	12(%rax), %rdx
	cmpq	$1, %rdx
	jbe	.L84
	cmpq	$-8, %rax
	je	.L84
.L83:
	movl	$1, %r12d
	jmp	.L77
	.size	begin, .-begin
	.section	.rodata
	.align 32
	.type	platforms, @object
	.size	platforms, 704
platforms:
	.string	"linux/amd64"
	.zero	4
	.value	62
	.byte	2
	.byte	1
	.byte	0
	.zero	1
	.string	"linux/386"
	.zero	6
	.value	3
	.byte	1
	.byte	1
	.byte	0
	.zero	1
	.string	"linux/arm64"
	.zero	4
	.value	183
	.byte	2
	.byte	1
	.byte	0
	.zero	1
	.string	"linux/arm"
	.zero	6
	.value	40
	.byte	1
	.byte	1
	.byte	0
	.zero	1
	.string	"linux/riscv64"
	.zero	2
	.value	243
	.byte	2
	.byte	1
	.byte	0
	.zero	1
	.string	"linux/ppc64le"
	.zero	2
	.value	21
	.byte	2
	.byte	1
	.byte	0
	.zero	1
	.string	"linux/s390x"
	.zero	4
	.value	22
	.byte	2
	.byte	2
	.byte	0
	.zero	1
	.string	"linux/loong64"
	.zero	2
	.value	258
	.byte	2
	.byte	1
	.byte	0
	.zero	1
	.string	"linux/mips64le"
	.zero	1
	.value	8
	.byte	2
	.byte	1
	.byte	0
	.zero	1
	.string	"linux/mips64"
	.zero	3
	.value	8
	.byte	2
	.byte	2
	.byte	0
	.zero	1
	.string	"linux/mipsle"
	.zero	3
	.value	8
	.byte	1
	.byte	1
	.byte	1
	.zero	1
	.string	"linux/mips"
	.zero	5
	.value	8
	.byte	1
	.byte	2
	.byte	1
	.zero	1
	.string	"mipsn32el"
	.zero	6
	.value	8
	.byte	1
	.byte	1
	.byte	2
	.zero	1
	.string	"mipsn32"
	.zero	8
	.value	8
	.byte	1
	.byte	2
	.byte	2
	.zero	1
	.string	"linux/ppc64"
	.zero	4
	.value	21
	.byte	2
	.byte	2
	.byte	0
	.zero	1
	.string	"ppc"
	.zero	12
	.value	20
	.byte	1
	.byte	2
	.byte	0
	.zero	1
	.string	"riscv32"
	.zero	8
	.value	243
	.byte	1
	.byte	1
	.byte	0
	.zero	1
	.string	"sparc64"
	.zero	8
	.value	43
	.byte	2
	.byte	2
	.byte	0
	.zero	1
	.string	"sparc"
	.zero	10
	.value	2
	.byte	1
	.byte	2
	.byte	0
	.zero	1
	.string	"sparc32plus"
	.zero	4
	.value	18
	.byte	1
	.byte	2
	.byte	0
	.zero	1
	.string	"alpha"
	.zero	10
	.value	-28634
	.byte	2
	.byte	1
	.byte	0
	.zero	1
	.string	"m68k"
	.zero	11
	.value	4
	.byte	1
	.byte	2
	.byte	0
	.zero	1
	.string	"hppa"
	.zero	11
	.value	15
	.byte	1
	.byte	2
	.byte	0
	.zero	1
	.string	"sh4"
	.zero	12
	.value	42
	.byte	1
	.byte	1
	.byte	0
	.zero	1
	.string	"sh4eb"
	.zero	10
	.value	42
	.byte	1
	.byte	2
	.byte	0
	.zero	1
	.string	"aarch64_be"
	.zero	5
	.value	183
	.byte	2
	.byte	2
	.byte	0
	.zero	1
	.string	"armeb"
	.zero	10
	.value	40
	.byte	1
	.byte	2
	.byte	0
	.zero	1
	.string	"xtensa"
	.zero	9
	.value	94
	.byte	1
	.byte	1
	.byte	0
	.zero	1
	.string	"xtensaeb"
	.zero	7
	.value	94
	.byte	1
	.byte	2
	.byte	0
	.zero	1
	.string	"microblazeel"
	.zero	3
	.value	-17749
	.byte	1
	.byte	1
	.byte	0
	.zero	1
	.string	"or1k"
	.zero	11
	.value	92
	.byte	1
	.byte	2
	.byte	0
	.zero	1
	.string	"hexagon"
	.zero	8
	.value	164
	.byte	1
	.byte	1
	.byte	0
	.zero	1
	.section	.note.GNU-stack,"",@progbits
