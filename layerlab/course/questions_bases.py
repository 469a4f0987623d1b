"""Lesson 03: whose kernel it is, what a base holds and costs, and what is mounted as root."""

from layerlab.course.question import FalseAnswer, FollowUp, Point, Question, Sentence

L03_1 = Question(
    key="L03-1",
    lesson="03",
    stars=4,
    asks="What do `uname -r` and `/etc/os-release` say in a container, and why?",
    zh="在容器里执行 uname -r 和查看 /etc/os-release,结果分别来自哪里?",
    short="`uname -r` is answered by the kernel, and there is one: the host's. `/etc/os-release` "
    "is a file, and the files are the image's. So a container of CentOS 8 on a host with "
    "CentOS 7 reports the kernel 3.10, and release 8.",
    short_zh="uname -r 由内核回答,而内核只有一个,就是宿主机的。/etc/os-release 是文件,"
    "文件来自镜像。所以在 CentOS 7 主机上运行 CentOS 8 容器,看到的是 3.10 内核和 8 版本。",
    full=(
        Sentence(
            "A container of `centos` says release 8.4, and the kernel 3.10, which is the host's.",
            "03#see-centos",
        ),
        Sentence(
            "Five images give one kernel; busybox has no such file, since it is no distribution.",
            "03#five",
        ),
        Sentence(
            "A kernel that is put into an image changes nothing: `uname -r` still gives the "
            "host's.",
            "03#own-kernel",
        ),
    ),
    points=(
        Point("The kernel is the host's", ("kernel|内核", "host|宿主|主机")),
        Point("The files are the image's", ("file|文件", "image|镜像")),
    ),
    false=(
        FalseAnswer(
            "A base image brings its distribution's kernel.",
            "Neither Debian's nor busybox has a kernel or a module in it.",
            "03#see-kernel",
        ),
    ),
    follow_ups=(
        FollowUp(
            "What may fail with a foreign distribution?",
            "A program that asks the kernel for what an old one doesn't offer. The libraries come "
            "with the image.",
        ),
        FollowUp(
            "And on a Mac?",
            "There Docker runs Linux in a virtual machine. That kernel is the one you see.",
        ),
    ),
)

L03_2 = Question(
    key="L03-2",
    lesson="03",
    stars=4,
    asks="What is `FROM scratch`, and what is it good for?",
    zh="FROM scratch 是什么?适合什么场景?",
    short="The empty base: nothing is pulled, and no layer is made. It fits a static program, "
    "which needs no library, no shell and no distribution. Whatever else the program opens, "
    "such as certificates or time zones, you copy in.",
    short_zh="空的基础镜像:不拉取任何东西,也不产生层。适合静态编译的程序,不需要库、"
    "shell 或发行版。证书、时区等文件需要自己复制进去。",
    full=(
        Sentence(
            "An image of one static file starts; `/dev`, `/proc` and `/sys` are there without "
            "being in the image.",
            "03#see-scratch",
        ),
        Sentence(
            "Such an image has no shell, no C library and no package manager.", "03#what-is-in"
        ),
        Sentence("Its first layer is its own: here one layer, with one path.", "04#scratch"),
    ),
    points=(
        Point("The empty base", ("empty|nothing|空",)),
        Point("For static programs", ("static|静态",)),
        Point("No shell, no libraries", ("shell|librar|库",)),
        Point("The first layer is your own", ("layer|层",)),
    ),
    false=(
        FalseAnswer(
            "Every image starts from a base image.",
            "The official bases don't: each is one `ADD` of a root file system.",
            "03#first-layers",
        ),
    ),
    follow_ups=(
        FollowUp(
            "How do you look into such a container without a shell?",
            "`docker cp`, or a second container beside it with `--pid=container:NAME`.",
        ),
        FollowUp(
            "What if the program isn't static?",
            "Its start fails with `no such file or directory`: what is missing is the loader that "
            "it names.",
        ),
    ),
)

L03_3 = Question(
    key="L03-3",
    lesson="03",
    stars=4,
    asks="scratch, busybox, alpine, debian: how do you choose a base?",
    zh="scratch、busybox、alpine、debian 等基础镜像怎么选?",
    short="By what the program needs: nothing, for a static one; a C library, musl with alpine "
    "and glibc with debian; a shell and a package manager, if you must. Every byte counts "
    "in each image, and one base for all is shared on disk. And ask who maintains it.",
    short_zh="看程序需要什么:静态程序用 scratch;需要 C 库时,alpine 是 musl,debian 是 glibc;还要考"
    "虑 shell 和包管理器。基础镜像的大小计入每个镜像,但磁盘上可以共享。"
    "还要看有没有人维护和更新。",
    full=(
        Sentence(
            "Bases weigh between nothing and 231MB: busybox 2MB, alpine 5.6MB, debian 116MB.",
            "03#sizes",
        ),
        Sentence(
            "Debian has a shell, a C library and a package manager; busybox has the shell alone.",
            "03#what-is-in",
        ),
        Sentence(
            "An app of 10MB is 10MB on scratch, 15.6MB on alpine and 126MB on debian.", "03#see-app"
        ),
        Sentence("But ten apps on debian take 216MB on disk, and not 1.26GB.", "03#shared"),
    ),
    points=(
        Point("What the program needs", ("need|require|需要",)),
        Point("Its size counts in every image", ("byte|size|weigh|大小",)),
        Point("One base for all is shared on disk", ("shar|共享",)),
        Point("Who maintains it", ("maintain|update|support|维护|更新",)),
    ),
    follow_ups=(
        FollowUp(
            "What is the risk with alpine?",
            "Its C library is musl. What was built for glibc doesn't run there, and some things, "
            "such as the lookup of names, work otherwise.",
        ),
        FollowUp(
            "What does `distroless` mean?",
            "A base with the libraries and certificates that a program needs, and neither shell "
            "nor package manager.",
        ),
    ),
)

L03_4 = Question(
    key="L03-4",
    lesson="03",
    stars=3,
    asks="What is mounted as a container's root file system?",
    zh="容器的根文件系统是怎么挂载出来的?",
    short="One overlay mount. Upper is the container's own directory. Lower are a small one in "
    "which Docker prepares the places to mount on, and below it the image's layers, the "
    "base last. The kernel is no part of it, and neither is the host's root.",
    short_zh="一个 overlay 挂载:upper 是容器自己的目录;lower 先是 Docker 为容器准备的 -init 目录,"
    "然后是各镜像层,基础层在最后。内核和主机的根目录都不在其中。",
    full=(
        Sentence(
            "The mount names the container's directory, Docker's `-init`, and the image's layer, "
            "and no others.",
            "03#see-mount",
        ),
        Sentence(
            "Its lower list is in the order of the search: the image's top layer before its base.",
            "05#lower",
        ),
        Sentence(
            "The image's `/dev` and `/proc` are empty directories; `/dev` is filled in the "
            "container.",
            "03#dev-proc",
        ),
        Sentence("The kernel and its initramfs are files in the host's `/boot`.", "03#boot-files"),
    ),
    points=(
        Point("Upper: the container's own directory", ("upper|可写|容器自己",)),
        Point("Lower: the image's layers", ("lower|下层", "image|镜像")),
        Point("Neither kernel nor host's root is in it", ("kernel|内核",)),
    ),
    false=(
        FalseAnswer(
            "bootfs lies at the bottom, rootfs on it, and the image on top.",
            "No file system is called bootfs, and the mount has directories of image and "
            "container only.",
            "03#see-mount",
        ),
    ),
    follow_ups=(
        FollowUp(
            "Where do `/etc/hosts` and `/etc/resolv.conf` come from?",
            "Docker writes them for each container, and mounts them over the tree. A commit has "
            "no line of them.",
        ),
        FollowUp(
            "Who fills `/proc`?",
            "The kernel, whenever it is read.",
        ),
    ),
)

L03_5 = Question(
    key="L03-5",
    lesson="03",
    stars=3,
    asks="Does a base image make images smaller, or builds faster?",
    zh="使用基础镜像能让镜像更小、构建更快吗?",
    short="Smaller, no: all its bytes count. Faster as far as it has what you would install "
    "otherwise. So what it saves is work. And where several images stand on one base, they "
    "share it on disk and on the wire.",
    short_zh="不会更小:基础镜像的全部字节都计入。构建能快,是因为它已经装好了你本来要装的东西,"
    "省的是工作量。多个镜像用同一基础时,还能共享磁盘和传输。",
    full=(
        Sentence(
            "On a base that has the runtime, a build makes one step and 12 bytes; on debian two, "
            "and 42MB.",
            "03#build-based",
        ),
        Sentence("The image is as large either way: 148,819,908 bytes.", "04#base-has"),
        Sentence(
            "On disk ten apps take 216MB and not 1.26GB, since they share the base.", "03#shared"
        ),
    ),
    points=(
        Point("Not smaller: all its bytes count", ("smaller|byte|size|更小|字节",)),
        Point("It spares work", ("work|install|step|工作|安装",)),
        Point("Shared on disk and wire", ("shar|共享",)),
    ),
    false=(
        FalseAnswer(
            "Base images are tested, so they guarantee that an image is stable.",
            "`RUN rm /bin/cat` on Debian: the base is in the image byte for byte, and `cat` is "
            "gone.",
            "03#broken",
        ),
    ),
    follow_ups=(
        FollowUp(
            "What if the base gets a fix?",
            "Your image has it after the next build, and all of its layers are new then.",
        ),
    ),
)
