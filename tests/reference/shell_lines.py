"""Command lines for busybox and for layerlab, and the layers that they are run on."""

import os
import random
import shutil

from layerlab import Directory, File, Layer, Meta, Symlink, Whiteout
from layerlab.shell.programs import PROGRAMS

RANDOM_LINES = int(os.environ.get("LAYERLAB_SHELL_LINES", "100"))
SEED = int(os.environ.get("LAYERLAB_SHELL_SEED", "8"))
OLD = 981_173_106
"""2001-02-03 04:05:06 UTC."""


def LAYERS(busybox: bytes, usr: bool = False) -> tuple[Layer, ...]:
    """Two layers: busybox and a little of everything in ``/w``, then changes to it.

    ``usr``: without busybox, but with links to a ``/usr`` that is mounted: in it are those of
    the shell's programs that this machine has.
    """

    def meta(mode: int = 0o644, uid: int = 0, gid: int = 0, mtime: int = OLD) -> Meta:
        return Meta(mode, uid, gid, mtime)

    def folder(**more: int) -> Directory:
        return Directory(meta(0o755, **more))

    def link(target: str) -> Symlink:
        return Symlink(target, meta(0o777))

    programs = {"/bin": folder(), "/bin/busybox": File(busybox, meta(0o755)),
                "/bin/sh": link("busybox")}  # fmt: skip
    if usr:
        names = ("bin", "lib", "lib64", "sbin")
        found = filter(None, (shutil.which(name, path="/usr/sbin:/usr/bin") for name in PROGRAMS))
        files = {path: File(b"\x7fELF\0", meta(0o755)) for path in (*found, "/usr/bin/sh")}
        programs = {"/usr": folder(), "/usr/bin": folder(), "/usr/sbin": folder(), **files}
        programs |= {f"/{name}": link(f"usr/{name}") for name in names}
    twin = File(b"linked\n", meta())
    base = Layer.of({
        "/": folder(), **programs, "/dev": folder(), "/proc": folder(), "/root": folder(),
        "/tmp": Directory(meta(0o1777)), "/etc": folder(),
        "/etc/passwd": File(b"root:x:0:0:root:/root:/bin/sh\nbob:x:1000:1000::/home/bob:/bin/sh\n",
                            meta()),
        "/etc/group": File(b"root:x:0:\nbob:x:1000:\nstaff:x:50:bob\n", meta()),
        "/w": folder(), "/w/f": File(b"a\nb\n", meta()), "/w/empty": File(b"", meta()),
        "/w/words": File(b"one two\nthree\nfour five six\ntwo\n", meta(mtime=OLD + 86400)),
        "/w/nums": File(b"10\n9\n33 x\n2 y\n-1\n", meta()), "/w/noeol": File(b"x\ny", meta()),
        "/w/big": File(b"0123456789abcdef" * 1000, meta(0o600, 1000, 50)),
        "/w/.hid": File(b"hidden\n", meta()), "/w/l": link("f"), "/w/dang": link("nowhere"),
        "/w/ld": link("sub"), "/w/h1": twin, "/w/h2": twin, "/w/d": folder(),
        "/w/sub": folder(uid=1000), "/w/sub/g": File(b"one\ntwo three\n", meta(0o640)),
        "/w/sub/deep": folder(), "/w/sub/deep/h": File(b"z", meta(mtime=OLD - 86400)),
        "/w/sub/old": File(b"gone\n", meta()), "/w/run": File(b"echo ran $0 $1\n", meta(0o755)),
        "/w/script": File(b"#!/bin/sh\necho script $0 $#\nexit 3\n", meta(0o755)),
    })  # fmt: skip
    top = Layer.of({
        "/": folder(), "/w": folder(), "/w/sub": folder(uid=1000), "/w/sub/old": Whiteout(),
        "/w/sub/new": File(b"new here\n", meta()), "/w/top": folder(),
        "/w/top/t": File(b"t\n", meta()), "/w/f2": File(b"second\nb\n", meta(0o755)),
    })  # fmt: skip
    return base, top


# ⏎ stands for a newline.
LINES = r"""
ls
ls -a
ls -A
ls -1
ls -l
ls -la
ls f sub d
ls -d sub f
ls -R sub
ls -ln f big
ls -lh
ls -s
ls -t
ls -S
ls -lr
ls -lt
ls nosuch f d
ls d sub
ls -l l dang sub/
ls -l ld
ls -l ld/
ls l
ls ld
ls -F
ls -p
ls --color=auto
ls -lR sub
ls -la d
ls -a sub d
ls -lL l
ls dang
ls -lL dang
ls ""
ls -lhS
ls -l --full-time f
ls x y 2>&1 f | cat
ls -ld . .. /tmp
ls -l /w/sub /w/f
ls -Z f
cat f words
cat f nosuch sub/g
cat nosuch; echo $?
cat d
cat -n f words
cat sub/g - < f
cat < nosuch
cat f > new; cat new; ls -l new
cat f >> f2; cat f2
cat < f > out 2>&1
cat nosuch f > out 2>&1; cat out
cat noeol f
head -1 f words
head -n1 f
head -c 3 f
head -n -1 words
head -2 nosuch f
head -n x f
tail -1 f words
tail -n +2 words
tail -c 2 f
tail nosuch f
tail -2 words
wc f words
wc -l f
wc -l < f
wc f
cat f | wc
wc -c f nosuch
wc -lw words
sort words
sort -r words
sort -n nums
sort -rn nums
sort -u f f
sort -k2 words
sort nosuch
sort -o f words; cat f
printf "b 1\na 2\na 1\n" | sort -k1,1 -k2nr
printf "a\na\nb\n" | uniq -c
printf "a\na\nb\n" | uniq -d
printf "a\na\nb\n" | uniq -u
cut -d" " -f2 words
cut -c1-2 words
cut -f1 words
cut -d: -f1,7 /etc/passwd
echo abc | tr a-c A-C
echo aabbc | tr -s a
echo abc | tr -d b
echo "a b" | tr " " "\n"
echo Hello | tr "[:upper:]" "[:lower:]"
seq 3; seq 2 4; seq 1 2 5; seq 3 1
tac f
echo hi | tee x y; cat x y; echo more | tee -a x; cat x
tee /no/x
sed s/a/X/ f
sed -n 1p words
sed 1d f
sed "$ d" words
sed -i s/a/Q/ f; cat f; ls -l f
sed -i s/e/E/g words sub/g; cat words sub/g
sed -i.bak s/a/Q/ f; ls; cat f.bak
sed -i "/two/d" words; cat words
sed -n "/two/p" words
sed "s/\(.\)/[\1]/g" sub/g
sed -E "s/(o|t)/<&>/g" words
sed "s#a#b#" f
sed y/ab/xy/ f
sed -e 1d -e s/b/c/ f
sed "/one/,/three/d" words
sed 2q words
sed = f
sed "1i hello" f
sed "/a/a foo" f
sed "1c changed" f
sed -n "2,3p" words
sed "s/o/0/2" words
sed "s/t/T/gp" -n words
sed p nosuch
sed s/a f
sed nosuch
sed -n '$=' words
sed '/one/!d' words
sed 's/ /\n/g' words
sed -e :a -e 's/e/E/;ta' words
sed G f
sed -n 'h;n;G;p' words
grep a f
grep -n two f words
grep -r one sub
grep -r . sub
grep -l a f sub/g
grep -c . f sub/g
grep -v a f
grep -i A f
grep -q a f
grep a nosuch f
grep a d
grep x f
grep -E "one|six" words
grep -F . f
grep -w two words
grep -o "t[a-z]*" words
grep -A1 one words
grep -B1 -n three words
grep -e a -e b f
grep -h a f sub/g
grep -H a f
grep -x a f
grep -L a f sub/g
grep "[" f
grep -m1 . f
grep -s a nosuch
echo a | grep -n a -
grep -C1 three words
seq 9 | grep -A1 -e 1 -e 5
seq 20 | grep -C1 -n -e 3 -e 12
grep -c x f
ls -l | grep f
grep root /etc/passwd | cut -d: -f6
grep '^t.*e$' words
grep 'o\|i' words
grep -E '^(one|two)( |$)' words
grep -ro one sub
find sub
find . -name "f*"
find sub -type f
find sub -type d -name deep
find . -maxdepth 1 -name "*l*"
find sub -mindepth 1
find . -path "./sub/*"
find sub -newer sub/deep/h -type f
find . -size +1k -type f
find . -size 4c
find . -maxdepth 1 -empty
find sub -exec echo {} \;
find sub/g sub/new -exec echo {} +
find sub/g -exec echo a{}b \;
find sub -print0 | tr "\0" "\n" | sort
find sub -name g -o -name h
find sub ! -name g
find sub \( -name g -o -name h \) -print
find nosuch f
find sub -type l -o -type d
find l dang ld
find sub -perm 640
find sub -user bob
find sub -prune
find . -name sub -prune -o -name "g" -print
find sub/ -name g
find -name g
find . -iname F
find . -type x
find . -name
find . -foo
find sub -maxdepth x
find sub -type f -exec grep -l one {} +
find . -links 2 -type f
find /w/sub -name "h"
touch new; ls -l new
touch f; ls -l f
touch -c nosuch; ls nosuch
touch -d 2003-04-05 f; ls -l f
touch -t 200304051234 f new; ls -l f new
touch -r sub f; ls -l f
touch -d bad f
touch d ""
touch sub/deep/x d/y
touch /no/x
touch dang; ls -l nowhere
mkdir new new/a; ls -R new
mkdir d
mkdir a/b
mkdir -p x/y/z; find x
mkdir -p sub/deep/q d
mkdir -p f/x
mkdir -m 700 q; ls -ld q
mkdir -p -m 700 x/y; ls -ld x x/y
mkdir -v q
mkdir "" a a
mkdir
rmdir d; ls
rmdir sub
rmdir f
rmdir nosuch
rmdir -p x/y
rmdir sub/deep; rm sub/deep/h; rmdir sub/deep; ls sub
rm f; ls
rm nosuch
rm -f nosuch
rm d
rm -r sub; ls
rm -rf nosuch d f; ls
rm "" ; rm -f
rm .
rm -r ..
rm l; cat f
rm h1; cat h2; ls -l h2
rm -r ld; ls
rm -rf sub && mkdir sub && ls -la sub
rm -r sub; mkdir -p sub/deep; ls -R sub
rm *
rm -rf /w/*; ls -a
cp f new; ls -l new
cp f f2; cat f2; ls -l f2
cp f d; ls -l d
cp nosuch f d; ls d
cp -r sub d; find d
cp -r sub new; ls -lR new
cp -r sub/. d; find d
cp sub d
cp f sub nosuch
cp f /no/x
cp -a l x; ls -l x; cp l y; ls -l y
cp -r nosuch x
cp f d/
cp f new/
cp f f
cp f
cp -p big new; ls -l new
cp -a sub new; ls -lR new
cp -a h1 h2 d; ls -l d
cp -a . /tmp/all; ls -lR /tmp/all
cp -r sub sub/deep
cp big f; wc -c f
cp f dang
cp -f f f2
cp -rp sub new; ls -ld new sub
cp script new; ./new a
cp -L ld x; cp -rL ld y; ls y
cp -r ld z; ls -l z
mv f new; ls
mv f d; ls d
mv f f2; cat f2
mv nosuch d
mv f /no/x
mv f g nosuch
mv sub d; find d
mv sub new; ls -lR new
mv d sub; find sub
mv sub f
mv f sub/deep; find sub
mv sub sub/deep
mv f f
mv h1 h3; ls -l h2 h3
mv l x; ls -l x
mv big f; ls -l f
mkdir n; mv n m; ls -d m
mkdir n; touch n/x; mv n sub/m; find sub
mv top new; ls -lR new
mv -n f f2; cat f2
mv f words d; ls d
mv sub top
ln f h; ls -l h f
ln -s f s; ls -l s
ln -sf g l; ls -l l
ln -s f d; ls -l d
ln -sfn q ld; ls -l ld
ln -sf q ld; ls -l sub
ln d e
ln -s a b c
ln f f
ln nosuch y
ln f d/x; ls -l f d
chmod 600 f; ls -l f
chmod 999 f
chmod u+q f
chmod 644 nosuch
chmod a+x,g-r f; ls -l f
chmod u=rw,go= f; ls -l f
chmod +t d; ls -ld d
chmod u+s f; ls -l f
chmod g+s d; mkdir d/x; ls -ld d d/x
chmod -v 644 f
chmod -c 600 f
chmod 755 dang
chmod -R 700 sub; ls -lR sub
chmod -R a+X sub; ls -lR sub
chmod -R go-rwx .; ls -l
chmod +x words; ls -l words
chmod -x f2; ls -l f2
chmod -w f; ls -l f
chmod o+w l; ls -l f l
chmod 4755 big; chown 7 big; ls -l big
chown bob f; ls -l f
chown bob:staff f; ls -l f
chown :staff f; ls -l f
chown 7:8 f; ls -l f
chown bob: f; ls -l f
chown -R bob sub; ls -lR sub
chown -R bob:staff ld sub; ls -l . sub
chown -h bob l; ls -l l f
chown bob:nogroup f
chown nobody f
chown 1 nosuch
chgrp staff f; ls -l f
stat -c "%n %s %a %A %U %G %u %g %F %h %Y %y" f sub l empty
stat -c %b f big d
stat nosuch
readlink l; readlink f; readlink nosuch; echo $?
readlink -f l; readlink -f ld/../f; readlink -f nosuch; readlink -f no/such
realpath l; realpath nosuch
du sub
du -s .
du -sh big
du -a sub
du -k f
du -h sub
du nosuch
du -sk *
truncate -s 10 f; od f 2>/dev/null >&2; wc -c f
truncate -s 1K q; wc -c q
truncate -s 0 big; ls -l big
truncate -c -s 1 nope; ls nope
dd if=/dev/zero of=z bs=1k count=3; ls -l z
dd if=words of=z bs=1 count=3 skip=4; cat z
dd if=f 2>/dev/null
dd if=f of=sub/g conv=notrunc bs=1; cat sub/g
dd if=f of=words bs=2 seek=3; cat words
dd if=nosuch
dd if=big of=z bs=1000
id -u; id -un; id -g; id -gn; id bob; id nosuch
whoami
pwd; cd sub; pwd; cd -; cd nosuch; cd f; pwd
cd ld; pwd; cd ..; pwd
basename /a/b.c .c; basename /; basename a/; basename a b
dirname /a/b; dirname a; dirname /; dirname a/b/; dirname ""
date -u -d @86400 +%Y-%m-%d; date +%s -d "2001-02-03 04:05:06"; date -d @0
date +%Y-%m-%dT%H:%M:%S -d "2020-01-02 03:04:05"; date -d x
sha256sum f; sha256sum < f; sha256sum f | sha256sum -c; md5sum f nosuch
echo a b c | xargs; echo a b c | xargs -n1 echo x; printf "a\nb" | xargs -I{} echo [{}]
echo | xargs echo; echo | xargs -r echo; echo "a 'b c' d" | xargs -n1
ls | xargs ls -d
echo f words | xargs cat
find sub -type f | sort | xargs wc -c
echo x | xargs nosuch
test -f f; echo $?; test -d f; echo $?; [ a = a ]; echo $?; [ 1 -lt 2 -a 2 -gt 1 ]; echo $?
test; echo $?; test x; echo $?; [ ! -e q ]; echo $?; [ -z "" ]; echo $?; [ -h l ]; echo $?
[ -s f ]; echo $?; [ -s empty ]; echo $?; [ -x f ]; echo $?; [ -x f2 ]; echo $?; [ -L dang ]
[ f -nt words ]; echo $?; [ f -ot words ]; echo $?; [ h1 -ef h2 ]; echo $?
[ a = b -o c = c ]; echo $?; [ ! a = b ]; echo $?; [ \( a = a \) ]; echo $?
test a -eq 1
[ a
test a b c
test 1 =
env X=1 sh -c "echo \$X"
env -i X=1 sh -c "echo \$X \$HOME"
printf "%s %d %5.2f|%-5s|%c\n" a 3 1.5 b xyz
printf "%5s|%-5s|%05d|%x|%o|%e|%b\n" a b 3 255 8 1.5 "x\ty"
printf "%s\n" a b c
printf "%d %s\n" 1 a 2
printf %d 0x1f
printf "\101\x41\n%%"
printf "%d\n" x
printf
echo -e "a\tb\c"; echo; echo -n x; echo -en "y\n"; echo -x; echo "a\nb"
echo a   b "c  d" 'e  f' g\ h
echo * .h* s*/* no*such
echo [fd] ?2 [!a-m]*
echo ~ ~/x "~" a~
echo $HOME "${HOME}" '$HOME' \$HOME
X=1; echo $X ${X}2 ${Y:-d} ${Y:=e} $Y ${X:+z} ${#HOME} ${Y-} "${Z:-a b}"
X=a.b.c; echo ${X%.*} ${X%%.*} ${X#*.} ${X##*.}
X="a b  c"; echo $X "$X"; for i in $X; do echo "<$i>"; done
X=$(cat f); echo "$X" $X; echo `echo back`
echo $(echo a; echo b) "$(echo a; echo b)"
echo $((1 + 2 * 3)) $((7 / 2)) $((7 % 3)) $((1 << 4)) $((5 > 3)) $((-7 / 2))
i=1; echo $((i + 1)) $((i++)) $i $((i += 5)) $i
echo $((1/0)); echo after
A=1 B=2; export A; sh -c 'echo $A $B'
A=1 sh -c 'echo $A'; echo "[$A]"
true && echo yes || echo no; false && echo yes || echo no
false; echo $?; ! false; echo $?; ! true; echo $?
echo a; echo b & wait; echo c
(cd sub; pwd); pwd; { echo x; echo y; } | cat
(exit 3); echo $?; (X=2); echo "[$X]"
if [ -f f ]; then echo file; elif true; then echo other; else echo none; fi
if false; then echo a; fi; echo $?
for i in 1 2 3; do echo $i; done
for i in f nosuch words; do cat $i || break; done
for i; do echo $i; done; set -- x y; for i; do echo $i; done; echo $# $1 "$@"
i=0; while [ $i -lt 3 ]; do i=$((i+1)); [ $i = 2 ] && continue; echo $i; done
until false; do echo once; break; done
while read a b; do echo "$b-$a"; done < words
cat words | while read line; do echo "<$line>"; done
case abc in a*) echo A;; b*) echo B;; *) echo C;; esac
case "x y" in "x y"|z) echo yes;; esac; case q in [a-p]) echo no;; ?) echo one;; esac
f() { echo $1 $#; return 3; }; f a b; echo $?
f() { local x=2; echo $x; }; x=1; f; echo $x
set -e; false; echo not
set -e; false || true; if false; then :; fi; echo yes; (false); echo not
set -u; echo $NOSUCH; echo not
set -x; echo a "b c"; X=1
set -f; echo *
set -- a b c; shift; echo $1 $#; shift 5; echo $?
echo ${NOSUCH:?gone}; echo not
cat <<E
cat <<'E'; echo after
eval 'X=1; echo $X'; eval echo "a  b"
. ./run; echo $?
. /nosuch; echo not
./run x; ./script a b; echo $?
sh run y; sh -c 'echo $0 $1' a b; sh nosuch; echo $?
./f; echo $?; ./nosuch; echo $?; ./sub; echo $?; nosuch; echo $?
PATH=/w:$PATH; run z; script
exec echo gone; echo not
exit 4
exit; echo not
(exit 5)
true; exit
f; echo $?
echo )
echo "
if
fi
echo a >; echo b
for 1 in a; do :; done
case x in
a | | b
echo > d; echo $?
echo > /no/x; echo $?
echo x > dang; cat nowhere
echo 1 > a; echo 2 >> a; cat a
echo err >&2; echo out
{ echo out; echo err >&2; } 2>&1 | cat
{ echo out; echo err >&2; } > o 2> e; cat o e
echo x 3> o >&3; cat o
ls nosuch 2> /dev/null; ls nosuch > /dev/null
cat nosuch 2>&1 | cat; cat f | cat nosuch -
echo a > "b c"; ls; cat b*
> made; : > f; ls -l made f
echo hi > $(echo name); cat name
cat f | while read x; do y=$x; done; echo "[$y]"
type cd nosuch; command -v cd; command -v nosuch; echo $?
export 1a=2; echo not
readonly A=1; A=2; echo not
unset HOME; cd; echo $?
umask; true | false; echo $?
sleep 0; sleep x
echo "# not" # comment
echo a#b; X=#; echo "$X"
x=5; echo "$x$x"${x}'$x'
echo "a\"b\$c\\d\e" 'a\b'
echo a \
sync; echo $?
which sh busybox nosuch; echo $?
busybox ls f; busybox nosuch; busybox echo hi
/bin/sh -c 'echo $0'
sh -ec 'false; echo not'; echo $?
echo a > f; cp f g; mv g h; rm f; ln -s h f; cat f; ls -l f
rm -rf sub; cp -r d sub; echo x > sub/y; mv sub sub2; find sub2
cd sub; rm -r deep; mkdir deep; echo n > deep/n; cd ..; ls -lR sub
tail -n 1 words >> f; sed -i 1d f; chmod 400 f; cat f; ls -l f
mkdir -p a/b/c && touch a/b/c/d && mv a z && find z && rm -r z/b && ls z
IFS=:; X=a:b:c; for i in $X; do echo $i; done
echo "$*" "$@" $#; set -- "a b" c; echo "$*"; for i in "$@"; do echo "<$i>"; done
trap 'echo bye' EXIT; echo hi
echo ${X/b/c}; X=abab; echo ${X/b/c} ${X//b/c}
cat <<E⏎hi $HOME $(echo x) \$y⏎E⏎echo after
cat <<'E' | tr a-z A-Z; echo x⏎a $b⏎E
cat <<-E > doc⏎	tab⏎	E⏎cat doc
cat <<A; cat <<B⏎one⏎A⏎two⏎B
if true⏎then⏎echo yes⏎fi⏎⏎# comment⏎echo end
for i in a b⏎do⏎  echo $i⏎done | sort -r
case x in⏎x) echo one⏎;;⏎*) echo two;;⏎esac
f()⏎{⏎echo f $1⏎}⏎f 2
echo a &&⏎echo b ||⏎echo c
echo "two⏎lines" 'and⏎two'
echo x⏎cd nosuch⏎echo y
if true; then
while
while true; do
for i in a
{ echo x
(echo x
( )
echo `x
echo ${x
echo $(
!
&& x
;
;; x
echo a;; echo b
if true; then; fi
while true do done
if x; fi
""".strip("\n").split("\n")
LINES = [line.replace("⏎", "\n") for line in LINES]


# What dash does in ways of its own; it ran in a Debian 12.
DASH_LINES = r"""
echo "a\tb\c d"; echo x
/bin/echo "a\tb"; /bin/echo -e "a\tb"; /usr/bin/printf '\x41\n'
printf '%b\n' 'a\tb\0101\c' x
set -eux; A=1; echo $A; mkdir -p x/y; cd x; false; echo not
set -x; for i in 1 2; do echo "$i"; done; X="a b" sh -c 'echo $X'; [ -f f ] && echo y
set -x; case a in a) echo 'it'"'"'s';; esac; f() { echo in $1; }; f "a b"; : ""; echo "" 'x$y'
set -o pipefail; echo x
[[ -f f ]] && echo yes
source ./run
a=(1 2)
function f { echo x; }; f
echo {a,b}c
echo $'a\tb'
echo ${X:1:2}
X=abc; echo ${X:1}
cat <<< hi
echo hi &> out; cat out
echo $RANDOM | wc -l
let x=1; echo $x
nosuch || echo missing $?
exit 300;
exit abc
return 3; echo after
break; echo ok
trap 'echo bye $?' EXIT; false; exit 4
trap 'echo bye' EXIT INT TERM; trap - EXIT; echo x
trap; trap 'echo hi' 0; trap
f() { trap 'echo done' EXIT; return 2; }; f; echo $?
set -e; f() { false; echo after; }; f || echo handled; f; echo not
set -e; x=$(false); echo not
set -e; echo $(false); echo still; ! true; echo on; false | true; echo end
set -e; (exit 3); echo not
set -e; false & wait; echo ok
set -u; echo "${X-unset}"; echo "$X"; echo not
echo $((08)); echo not
echo $((1 +)); echo not
echo $((a b)); echo not
echo $((5 % 0)); echo not
echo $((1 ? 2 : 3)) $((0x1F)) $((017)) $((~0)) $((!5)) $((-3 % 2))
echo "$(cat nosuch)"; echo $?
x=`echo \`echo nested\``; echo $x
echo "a $(echo "b $(echo c)")"
X=; echo ${X:-a} ${X-a} ${X:+b} ${X+b} ${#X}; echo ${X:?}; echo not
X=/a/b.tar.gz; echo ${X##*/} ${X%.gz} ${X%%.*} ${X#/} "${X%/*}"
echo ${1:-none} $# "$*"; set -- "a b" c; echo "$@" $#; shift; echo $1
IFS=,; set -- $(echo a,b,,c); echo $#; echo "$*"
read a b <<E⏎x y z⏎E⏎echo $a-$b
while IFS=: read -r u p i r; do echo "$u $i"; done < /etc/passwd
echo a | { read x; echo $x; }; echo "[$x]"
for f in *.nosuch; do echo $f; done; for f in s*; do echo $f; done
echo [a-f]*; echo ?; echo .*; echo */; echo sub/*/*; echo '*' \*
case foo.txt in *.tar|*.txt) echo m;; esac; case a in [!a]) echo n;; *) echo y;; esac
test -f f -a -d d; echo $?; test -f f -o -d f; echo $?; [ "$X" = "" ]; echo $?
[ -f ]; echo $?; [ = ]; echo $?; [ -n ]; echo $?; [ a b ]; echo $?
[ a '<' b ]; echo $?
test 5 -gt 3 && echo gt; test a \> b || echo ngt
command -v sh; command -v nosuch; echo $?; command -v cd; type ls cd nosuch; echo $?
command ls f; command nosuch; echo $?; command cd sub; pwd
export A=1 B="x y"; sh -c 'echo $A "$B"'; export -p | grep -c 'A='
export A B=2; A=3; env | grep '^[AB]=' | sort; unset A; env | grep -c '^A='
readonly R=1; R=2; echo not
readonly R=1; unset R; echo not
unset -v x; unset -f g; unset nosuch; echo $?
local x=1; echo after
f() { local a=1 b; echo "$a[$b]"; b=2; }; b=9; f; echo $b
f() { echo $0 $1 $#; shift; echo $1; }; f x y; f() { return; }; false; f; echo $?
eval "echo a; echo b"; eval 'false'; echo $?; eval; echo $?; eval 'echo )'; echo not
exec nosuch; echo not
exec sh -c 'echo $0'; echo not
{ echo a; exit 3; echo b; }; echo not
( exit 7 ) ; echo $?; { ( exit 2 ); } || echo $?
true && false || echo x && echo y
! true && echo a || echo b
echo a;echo b&&echo c|cat
echo "unfinished
echo 'unfinished
echo a⏎echo "b
echo a⏎if true; then⏎echo b
echo a⏎⏎)⏎echo c
echo a⏎nosuch⏎echo b⏎nosuch2 x
# only a comment
:⏎⏎ls nosuch⏎cd nosuch⏎test a -eq b
if true; then⏎  nosuch⏎fi⏎for i in a; do⏎ nosuch2⏎done
f() {⏎  nosuch⏎}⏎f
echo $(⏎nosuch⏎)
cat <<E > g⏎a$HOME⏎  \$b `echo c`⏎"q" 'r'⏎E⏎cat g
cat <<-'E'⏎	tab $x⏎	E
cat <<E | wc -l⏎1⏎2⏎E⏎echo after
cat <<E
sleep 0 && echo slept; date +%Y > /dev/null
seq 3 | while read i; do echo $i; done; seq 3 | xargs -n1 echo n
ls /w | sort -r | head -3 | tr a-z A-Z
find . -name 'f*' -exec ls {} \;
find sub -type f -delete; ls sub
tee a b < f > /dev/null; cat a b
env | grep -c '^PATH='; env A=b sh -c 'echo $A'; env nosuch; echo $?
test -w f; echo $?; [ -r nosuch ]; echo $?
cd nosuch && echo not; echo $?; cd /; pwd; cd; pwd; cd -
a=1 b=2; echo $a$b; a=3 echo $a; a=4 :; echo $a
X=1 nosuch; echo $?; X=a; X=b eval 'echo $X'; echo $X
""".strip("\n").split("\n")
DASH_LINES = [line.replace("⏎", "\n") for line in DASH_LINES]


# Archives and compressed files: what busybox has of them, then what only GNU has.
TAR_LINES = r"""
tar cf a.tar f; tar tf a.tar; wc -c a.tar
tar cf a.tar f words l ld h1 h2 d run; tar tvf a.tar; mkdir o; tar xf a.tar -C o; ls -la o
tar -C sub -cf a.tar g; tar -xvf a.tar; ls -l g
tar cf a.tar /w/f; tar tf a.tar; tar xf a.tar; find w
tar cf a.tar nosuch f; echo $?; tar tf a.tar
tar xf nosuch.tar; echo $?
tar cf a.tar f; tar xf a.tar -C /nosuch; echo $?; tar xf a.tar nosuch; echo $?
tar cf a.tar big; chown 0:0 big; chmod 644 big; tar xf a.tar; ls -l big
tar cf a.tar sub/g sub/new; rm -r sub; tar xf a.tar; ls -laR sub
tar cf a.tar sub/deep/h sub/g; mkdir o; tar xf a.tar --strip-components=1 -C o; find o
tar cf a.tar sub/deep/h; mkdir o; tar xf a.tar --strip-components 2 -C o; ls -l o
tar cf a.tar f; tar xOf a.tar; tar -xf a.tar -O f
tar cf a.tar l; rm l; echo x > l; tar xf a.tar; ls -l l; cat f
tar cf a.tar f; rm f; mkdir f; tar xf a.tar; ls -ld f
tar cf a.tar sub/g; rm sub/g; chmod 700 sub; tar xf a.tar; ls -ld sub sub/g
tar cf a.tar; echo $?
tar cf a.tar f; tar -xmf a.tar; ls -l f
tar -cf a.tar h1 h2; rm h1 h2; tar -xf a.tar; ls -l h1 h2
mkdir e && chmod 2775 e && tar cf a.tar e && rmdir e && tar xf a.tar && ls -ld e
gzip f; ls; gunzip f.gz; cat f; ls -l f
gzip -c f | gunzip; gzip -c f | gzip -dc; gzip nosuch; echo $?; gunzip f; echo $?
""".strip("\n").split("\n")
GNU_TAR_LINES = r"""
tar --sort=name -cf a.tar sub; tar tvf a.tar | sed 's/(now)//'
tar --sort=name -cf - sub | tar -xf - -C d; ls -laR d
tar --sort=name -cf - -C sub . | (cd d && tar xf -); ls -la d
tar cf a.tar -P /w/f; tar tf a.tar
tar xf words; echo $?; tar tf words
tar --sort=name --exclude=deep -cf a.tar sub; tar tf a.tar
tar --sort=name --exclude='*.x' --exclude sub/g -cf b.tar sub f; tar tf b.tar
tar cvf a.tar f words; tar xvf a.tar
tar czf a.tgz f; tar tf a.tgz; tar xzf a.tgz; tar tzf a.tgz; rm a.tgz
tar cf a.tar f; tar xzf a.tar; echo $?
tar cJf a.txz f && tar tf a.txz; tar cjf a.tbz f && tar tjf a.tbz; rm a.*
tar --owner=7 --group=staff -cf a.tar f; tar tvf a.tar; tar --numeric-owner -tvf a.tar
tar cf a.tar big; tar xf a.tar --no-same-owner; ls -l big
tar --sort=name -cf a.tar sub; chmod 700 sub; chown 5 sub; tar xf a.tar; ls -ld sub
tar; echo $?
gzip -k words; zcat words.gz; gzip -d words.gz; echo $?; rm -f words.gz
bzip2 f && bunzip2 f.bz2 && cat f; xz words && ls words.xz && unxz words.xz; cat words | xz | xz -d
install -d q/r; install -m 600 f q/x; ls -l q; install -D f z/y/w; find z
install -o bob -g staff -m 4755 f e; ls -l e; install f words d; ls -l d; install nosuch q
install -m 755 -d a b/c; ls -ld a b b/c; install -v f d; install f f2; install -p f g; ls -l g f2
install; install f; install -m zz f g; install f nosuch/; install -t d f words; ls d
tar cf a.tar d; rmdir d; echo x > d; tar xf a.tar; ls -ld d
""".strip("\n").split("\n")


NOT_DASH = r"""
ls -Z f
tail -1 f words
cp -r sub sub/deep
dd if=/dev/zero of=z bs=1k count=3; ls -l z
dd if=words of=z bs=1 count=3 skip=4; cat z
dd if=f of=sub/g conv=notrunc bs=1; cat sub/g
dd if=f of=words bs=2 seek=3; cat words
dd if=big of=z bs=1000
date +%Y-%m-%dT%H:%M:%S -d "2020-01-02 03:04:05"; date -d x
which sh busybox nosuch; echo $?
busybox ls f; busybox nosuch; busybox echo hi
""".strip("\n").split("\n")
# What GNU's programs answer to these is not modelled: the time that dd takes, options that only
# they have, programs not there.


NOT_GNU = [
    *NOT_DASH,
    *r"""
for 1 in a; do :; done
printf
cat <<E
cat <<'E'; echo after
. /nosuch; echo not
set -u; echo $NOSUCH; echo not
echo ${NOSUCH:?gone}; echo not
sh run y; sh -c 'echo $0 $1' a b; sh nosuch; echo $?
!
""".strip("\n").split("\n"),
]
# Nor what bash does here: its warnings and exit codes without a terminal.


def random_lines() -> list[str]:
    """So many as the environment asks for, from its seed."""
    rng = random.Random(SEED)
    return [random_line(rng) for _ in range(RANDOM_LINES)]


def random_line(rng: random.Random) -> str:
    """A few commands that change files and one that shows them."""
    names = ("f", "f2", "l", "ld", "d", "sub", "sub/g", "sub/deep", "sub/deep/h", "new", "x",
             "top", "top/t", "h1", "h2", "d/x", "sub/new", "dang", "new/y", "nosuch/z",
             "big", ".", "./f", "sub/", "../w/f")  # fmt: skip

    def name() -> str:
        return rng.choice(names)

    def command() -> str:
        return rng.choice((
            lambda: f"touch {name()}", lambda: f"mkdir {rng.choice(('', '-p '))}{name()}",
            lambda: f"rm {rng.choice(('', '-r ', '-f ', '-rf '))}{name()}",
            lambda: f"rmdir {name()}",
            lambda: f"cp {rng.choice(('', '-r ', '-a ', '-p ', '-f '))}{name()} {name()}",
            lambda: f"mv {name()} {name()}", lambda: f"mv {name()} {name()}",
            lambda: f"ln {rng.choice(('', '-s ', '-sf ', '-f '))}{name()} {name()}",
            lambda: f"chmod {rng.choice(('700', '4755', 'go-w', '+x', '-R 750', 'g+s'))} {name()}",
            lambda: f"chown {rng.choice(('bob', ':50', '1:2', '-R bob', '-h 7'))} {name()}",
            lambda: f"echo x > {name()}", lambda: f"echo y >> {name()}",
            lambda: f"cat {name()} {name()}", lambda: f"sed -i s/a/b/ {name()}",
            lambda: f"truncate -s 0 {name()}",
            lambda: f"cat {name()} > {name()}", lambda: f"ls -d {name()}",
            lambda: f"ls -l {name()}", lambda: f"[ -e {name()} ] || echo none",
        ))()  # fmt: skip

    glue = (" && ", " || ", "; ", "; ", "; ")
    line = command()
    for _ in range(rng.randrange(1, 6)):
        line += rng.choice(glue) + command()
    return line + "; ls -la"
