"""The chapter's questions 7 to 10: deletion, sizes, structure, and copy-on-write."""

from layerlab.course.question import FalseAnswer, FollowUp, Point, Question, Sentence

Q7 = Question(
    key="Q7",
    lesson="05",
    stars=4,
    asks="When a file is deleted in the container layer, is the file itself deleted?",
    zh="容器层删除文件时,文件本体会被删除吗?",
    short="It depends on where the file is. One that the image has is only hidden, by a "
    "whiteout in the container's layer. One that only the container has is gone for good.",
    short_zh="看文件在哪一层:"
    "镜像层里的文件只是被容器层的 whiteout(删除标记)隐藏,本体还在;"
    "只存在于容器层的文件则真正被删除。",
    full=(
        Sentence(
            "A file of an image layer stays where it is; a whiteout in the container's layer "
            "hides it.",
            "08#q7-three",
        ),
        Sentence(
            "A file that only the container has is really deleted, and leaves no mark.",
            "08#q7-three",
        ),
        Sentence(
            "A file that was copied up is both: the copy goes, and a whiteout hides the original.",
            "08#q7-three",
        ),
        Sentence("The image and every other container still have it.", "08#q7-image"),
        Sentence(
            "So nothing gets smaller: a commit has the size that the image had.", "08#q7-image"
        ),
    ),
    points=(
        Point("It depends on the layer that has it", ("depend|where|which layer|看|哪一层|取决",)),
        Point(
            "The image's file stays, hidden by a whiteout",
            ("whiteout|白障|删除标记|mark", "hid|stay|still|隐藏|还在|保留"),
        ),
        Point(
            "The container's own file is really gone",
            ("own|only|container|容器层", "gone|really|delet|真正|删除"),
        ),
        Point("Image and other containers don't notice", ("image|other|镜像|其他",)),
    ),
    false=(
        FalseAnswer(
            "Deleting in the container layer never deletes a file.",
            "What only the container layer has is gone, and there is not even a mark.",
            "08#q7-three",
        ),
        FalseAnswer(
            "What is deleted is the file's record in the container layer.",
            "For a file of the image nothing was there to delete: something is added, the "
            "whiteout.",
            "08#q7-three",
        ),
    ),
    follow_ups=(
        FollowUp(
            "What does a whiteout look like?",
            "On overlayfs a character device 0, 0; in a layer's tar an empty file named "
            "`.wh.` and the name.",
        ),
        FollowUp(
            "And `rm -rf` of a whole directory of the image?",
            "One whiteout, for the directory. If it is made again it is opaque: nothing from "
            "below shows in it.",
        ),
    ),
)

Q8 = Question(
    key="Q8",
    lesson="03",
    stars=4,
    asks="A CentOS image is several GB, yet the Docker centos image only a few hundred MB: why?",
    zh="CentOS 镜像几个 G,但是 Docker 的 centos 镜像才几百 M,这是为什么?",
    short="One word for two things. The ISO is an installation disc: kernel, modules, boot "
    "loader, installer, firmware, and packages to choose from. The Docker image is a small "
    "root file system, and runs on the host's kernel.",
    short_zh="两者不是一回事:ISO 是安装介质,含内核、模块、引导程序、安装程序、"
    "固件和大量软件包;Docker 镜像只是一个精简的根文件系统,"
    "使用主机的内核。",
    full=(
        Sentence(
            "The disc brings what a machine boots and installs with; the image needs none of it.",
            "08#q8-missing",
        ),
        Sentence(
            "The kernel itself is the least of it, 8MB of gigabytes on Debian's; desktop, "
            "firmware and modules are the most.",
            "08#q8-missing",
        ),
        Sentence(
            "The image has no kernel or modules at all: a container uses the host's.",
            "08#q8-missing",
        ),
        Sentence(
            "The image `centos` is a root file system that one `ADD` brought: a single layer of "
            "231MB.",
            "08#q8-centos",
        ),
        Sentence(
            "So it isn't layering that makes it small: the same files in one layer and in two "
            "have the same size.",
            "08#q8-flat",
        ),
    ),
    points=(
        Point("The ISO is an installation medium", ("iso|install|安装",)),
        Point("The image has no kernel, no boot loader", ("kernel|boot|内核|引导",)),
        Point(
            "Fewer packages: no desktop, firmware, installer",
            ("package|desktop|firmware|installer|软件包|固件|桌面",),
        ),
        Point("It uses the host's kernel", ("host|主机|宿主",)),
        Point("Not because of layers", ("layer|share|分层|共享",)),
    ),
    false=(
        FalseAnswer(
            "The Docker image is small because it shares its base.",
            "231MB is the whole chain, shared or not. It has a single layer, and no base.",
            "08#q8-centos",
        ),
        FalseAnswer(
            "It is small because the kernel is missing.",
            "Debian's kernel has 8MB. What weighs is the rest.",
            "08#q8-missing",
        ),
    ),
    follow_ups=(
        FollowUp(
            "Why is alpine so much smaller than centos?",
            "Other content: musl in place of glibc, busybox in place of the GNU tools, and few "
            "packages.",
        ),
        FollowUp(
            "Is the size that a registry shows the size on the disk?",
            "No, it is that of the compressed blobs.",
        ),
    ),
)

Q9 = Question(
    key="Q9",
    lesson="06",
    stars=4,
    asks="Explain the layered structure of images and why it is used.",
    zh="讲一下镜像的分层结构,以及为什么要使用镜像的分层结构?",
    short="From the base up, each instruction that changes files adds a read-only layer. "
    "Images that begin alike share those layers on disk and on the wire, builds reuse them, "
    "and containers read the same files.",
    short_zh="从基础镜像起,每条改动文件的指令增加一个只读层。"
    "起点相同的镜像在磁盘和网络上共享这些层,构建可以复用,容器读取同一份文件。",
    full=(
        Sentence(
            "Each instruction that changes files adds a layer, however much it installs; the "
            "others add a line to the config.",
            "08#q9-steps",
        ),
        Sentence("The union of all layers is the tree that a container sees.", "08#q1-changes"),
        Sentence("Images that begin with the same layers share them on the disk.", "08#q2-disk"),
        Sentence("Pulls and pushes move only what is missing.", "08#q2-wire"),
        Sentence("A build takes over the steps below the first change.", "08#q2-cache"),
        Sentence(
            "In memory there is a page for what was read, and with overlay2 one for all "
            "containers that read the same lower file; no image is loaded as a whole.",
            "08#q9-memory",
        ),
    ),
    points=(
        Point("Base at the bottom, layers on top", ("base|bottom|基础", "layer|层")),
        Point(
            "One layer for each step that changes files", ("instruction|step|run|copy|指令|步骤",)
        ),
        Point("Shared on the disk", ("disk|stor|磁盘|存储",)),
        Point("Less to transfer", ("pull|push|download|transfer|network|下载|传输|拉取",)),
        Point("Builds reuse what is below the change", ("cache|reus|takes over|缓存|复用",)),
        Point("Memory: pages of shared files", ("memory|page|内存",)),
    ),
    false=(
        FalseAnswer(
            "Memory holds the base image once, and that serves all containers.",
            "Memory holds pages that were read, not images, and a file that was copied up has "
            "pages of its own.",
            "08#q9-memory",
        ),
        FalseAnswer(
            "Each piece of software that is installed adds one layer.",
            "Each instruction that changes files does, whether it installs one or five.",
            "08#q9-steps",
        ),
        FalseAnswer(
            "The instruction for it is `RUM`.",
            "A misprint that is often copied. It is `RUN`; `RUM` stops the build.",
            "08#q9-typo",
        ),
    ),
    follow_ups=(
        FollowUp(
            "How many layers should an image have?",
            "One for each thing that changes on its own: what changes together belongs in one "
            "step.",
        ),
        FollowUp(
            "Does a container with a database share memory with others?",
            "Its program's pages, yes. The data it writes is in files of its own.",
        ),
    ),
)

Q10 = Question(
    key="Q10",
    lesson="05",
    stars=4,
    asks="Describe the copy-on-write property of containers.",
    zh="说说容器的 Copy-on-Write(COW,写时复制)特性。",
    short="Containers read the image's files where they are. The first time one opens such a "
    "file for writing, the kernel copies the whole file into that container's layer, and all "
    "further writes go to the copy.",
    short_zh="容器直接读取镜像层中的文件;第一次以写方式打开镜像层的文件时,"
    "内核把整个文件复制到该容器的可写层,之后都在副本上修改。",
    full=(
        Sentence("A read copies nothing, however large the file.", "08#q10-log"),
        Sentence(
            "The first opening for writing copies the whole file, even to append one byte.",
            "08#q10-log",
        ),
        Sentence(
            "From then on the copy is changed in place: nothing more is copied.", "08#q10-log"
        ),
        Sentence("A chmod copies the file, too.", "08#q10-log"),
        Sentence("A deletion copies nothing, and leaves a whiteout.", "08#q10-log"),
        Sentence(
            "Each container has its own copy, and neither the image nor another container sees it.",
            "08#q10-two",
        ),
        Sentence(
            "So the files of fifty containers take no space until they write.",
            "08#q10-fifty",
        ),
    ),
    points=(
        Point("Reading copies nothing", ("read|读",)),
        Point("The first write copies the file up", ("first|write|写", "cop|复制|拷贝")),
        Point("The whole file, not the changed part", ("whole|entire|整个|全部",)),
        Point(
            "Later writes go to the copy in place", ("in place|later|again|once|原地|之后|副本",)
        ),
        Point("Others don't see it", ("other|isolat|own|其他|隔离|互不",)),
        Point(
            "Saves space and makes starting quick", ("space|fast|quick|start|stor|空间|启动|快",)
        ),
    ),
    false=(
        FalseAnswer(
            "A file that is read is first copied into the container layer.",
            "It is opened where it lies. Reading 50MB copies 0 bytes.",
            "08#q10-log",
        ),
        FalseAnswer(
            "Docker makes the copy.",
            "The kernel's overlayfs does, at the open. Docker only mounted the directories.",
            "08#q10-log",
        ),
    ),
    follow_ups=(
        FollowUp(
            "What does a database in the container layer cost?",
            "A copy of each file of the image at its first write. Put data on a volume, which "
            "copy-on-write doesn't touch.",
        ),
        FollowUp(
            "What of two hard links to one file of the image?",
            "Writing through one copies that one up; the other still shows the old content.",
        ),
    ),
)
