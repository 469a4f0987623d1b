"""The chapter's questions 4 to 6: building, writing, and the base."""

from layerlab.course.question import FalseAnswer, FollowUp, Point, Question, Sentence

Q4 = Question(
    key="Q4",
    lesson="04",
    stars=3,
    asks="How can layering be used to make image builds better?",
    zh="如何利用 Docker 镜像分层优化镜像构建过程?",
    short="Put what seldom changes first, so that the cache holds. Delete in the instruction "
    "that creates. Leave build tools behind in a stage of their own.",
    short_zh="把不常变化的指令放在前面以命中缓存;在产生文件的同一条指令里清理;"
    "用多阶段构建把编译工具留在外面。",
    full=(
        Sentence(
            "A step comes from the cache if it stands on the same image and its text is the "
            "same; for COPY and ADD the files must be, too.",
            "08#q4-parent",
        ),
        Sentence(
            "So put what seldom changes first: with the install first, an edit of the source "
            "runs one step and not two.",
            "08#q4-order",
        ),
        Sentence(
            "What one instruction makes and a later one deletes stays in the image; delete it "
            "in the same instruction.",
            "08#q4-merge",
        ),
        Sentence(
            "Merging instructions that only add files saves nothing.",
            "08#q4-merge",
        ),
        Sentence(
            "And it makes the cache coarser: what was three steps is one, and runs as a whole.",
            "08#q9-steps",
        ),
        Sentence(
            "With a second stage the result holds what was copied from the first, and none of "
            "its tools.",
            "08#q4-stages",
        ),
        Sentence(
            "What `.dockerignore` keeps out of the context can't spoil the cache of a COPY.",
            "04#dockerignore",
        ),
    ),
    points=(
        Point("The cache, and when a step hits", ("cache|缓存",)),
        Point("Seldom changed first, often changed last", ("order|first|last|前面|后面|顺序",)),
        Point("Clean up in the same instruction", ("same|同一", "rm|delet|clean|remov|删除|清理")),
        Point("Multi-stage builds", ("stage|阶段",)),
        Point("Keep the context small", ("dockerignore|context|上下文",)),
    ),
    false=(
        FalseAnswer(
            "Merging instructions makes an image smaller.",
            "Only where one of them deletes or rewrites what another has written.",
            "08#q4-merge",
        ),
        FalseAnswer(
            "If a layer was built once, Docker takes it from the cache.",
            "Only on the same parent: the same instruction on another one is run again.",
            "08#q4-parent",
        ),
    ),
    follow_ups=(
        FollowUp(
            "Why write `apt-get update` and `install` in one RUN?",
            "Alone, `update` comes from the cache for weeks, and the install asks for versions "
            "that the archive no longer has.",
        ),
        FollowUp(
            "Does touching a file break the cache of COPY?",
            "No. Content, mode and name count, and the time doesn't.",
        ),
    ),
)

Q5 = Question(
    key="Q5",
    lesson="05",
    stars=4,
    asks="Are image layers writable, and how is writing achieved?",
    zh="镜像层是可写的吗?怎么实现可写?",
    short="No. An image layer is named by its content, so it can't change. A container writes "
    "into a layer of its own above them, and `docker commit` or a build makes a new image "
    "layer of such changes.",
    short_zh="不可写。镜像层以内容的哈希命名,不能改变。容器在其上有自己的可写层;"
    "commit 或构建会把改动变成新的镜像层。",
    full=(
        Sentence(
            "An image layer can't be written: its name is the hash of its content, and another "
            "content is another layer.",
            "08#q5-damage",
        ),
        Sentence(
            "A container gets a layer of its own above the image's, and what it writes into its "
            "root file system goes there.",
            "08#q5-write",
        ),
        Sentence("The image is as it was, so others don't notice.", "08#q5-write"),
        Sentence(
            "That layer is made with the container, survives stop and start, and is removed "
            "with it.",
            "08#q5-life",
        ),
        Sentence(
            "`docker commit` makes an image layer of it, on top of the others: a new image.",
            "08#q5-commit",
        ),
    ),
    points=(
        Point(
            "Image layers are read-only",
            ("read-only|immutable|not writable|can't|cannot|never|不可写|只读|不可变",),
        ),
        Point("Because the name is the hash", ("hash|digest|content|摘要|哈希|内容",)),
        Point(
            "A container has its own writable layer on top",
            ("container layer|layer of its own|upper|容器层|可写层|writable layer",),
        ),
        Point("It lives as long as the container", ("rm|remov|lifetime|lives|gone|删除|生命周期",)),
        Point("commit or build makes a new layer", ("commit|build|提交|构建",)),
    ),
    false=(
        FalseAnswer(
            "A new writable layer is created on top of the container layer.",
            "The container layer is the writable layer, and there is one.",
            "08#q5-write",
        ),
        FalseAnswer(
            "It is also called the working layer.",
            "Docker says container layer, overlayfs says upper. The directory `work` is for the "
            "kernel's own use.",
            "08#q3-mount",
        ),
        FalseAnswer(
            "The same image guarantees the same environment.",
            "It gives the same files to begin with. Variables, mounts, the command and the "
            "kernel may differ.",
            "08#q5-env",
        ),
        FalseAnswer(
            "The writable layer is created when the container starts.",
            "It is created with the container, and there before the first start.",
            "08#q5-life",
        ),
    ),
    follow_ups=(
        FollowUp(
            "Where does a write to a volume go?",
            "To the volume. It is mounted over the tree, so neither `docker diff` nor a commit "
            "has it.",
        ),
        FollowUp(
            "Why not commit instead of building?",
            "Nobody can repeat or review a commit, and it takes along whatever lay about.",
        ),
    ),
)

Q6 = Question(
    key="Q6",
    lesson="03",
    stars=4,
    asks="What is the role of the base image in Docker?",
    zh="Docker 中基础镜像的作用是什么?",
    short="It is what `FROM` names: the lowest layers, the history and the config that an "
    "image begins with. It brings a root file system, as much or as little as it has, and no "
    "kernel.",
    short_zh="基础镜像就是 FROM 指定的起点:新镜像从它的层、历史和配置开始。"
    "它提供根文件系统,多少由它决定,但不含内核。",
    full=(
        Sentence(
            "`FROM` makes the base's layers the lowest of the new image, and takes over its "
            "history and config.",
            "08#q6-from",
        ),
        Sentence(
            "It spares you the work of making what it has, and costs all its bytes, needed or not.",
            "08#q6-cost",
        ),
        Sentence(
            "It has no kernel: containers of Debian and of CentOS report the host's.",
            "08#q6-kernel",
        ),
        Sentence(
            "How much it holds is up to it; from `scratch`, which holds nothing, an image can "
            "be a single file.",
            "08#q6-scratch",
        ),
        Sentence("It guarantees nothing: a later layer can break what it brought.", "08#q6-break"),
    ),
    points=(
        Point("The starting point: FROM", ("from|start|begin|起点|基础",)),
        Point("Its layers are the lowest of the image", ("lowest|bottom|first|shared|底层|最底",)),
        Point(
            "A root file system: libraries, tools",
            ("root file|rootfs|file system|filesystem|librar|文件系统|库",),
        ),
        Point("No kernel: the host's is used", ("kernel|内核",)),
        Point("scratch is the empty base", ("scratch|empty|nothing|空",)),
    ),
    false=(
        FalseAnswer(
            "A base image contains the operating system's kernel.",
            "It doesn't. Search one for a kernel or a module, and ask two containers for "
            "`uname -r`.",
            "08#q6-kernel",
        ),
        FalseAnswer(
            "A base image guarantees stability.",
            "Nothing stops a later layer from deleting `cat`, and an old base stays old.",
            "08#q6-break",
        ),
    ),
    follow_ups=(
        FollowUp(
            "Can a container of Ubuntu run on a host with CentOS?",
            "Yes, if the host's kernel offers what Ubuntu's programs ask for: they bring their "
            "own libraries.",
        ),
        FollowUp(
            "What happens to your image when the base's tag moves on?",
            "Nothing, until you pull it and build again. Then every step misses the cache.",
        ),
    ),
)
