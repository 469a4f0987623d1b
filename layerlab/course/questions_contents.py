"""Lesson 02: what an image is and what a container, what SIZE counts, and what is copied."""

from layerlab.course.question import FalseAnswer, FollowUp, Point, Question, Sentence

L02_5 = Question(
    key="L02-5",
    lesson="02",
    stars=5,
    asks="What is the difference between an image and a container?",
    zh="镜像和容器有什么区别?",
    short="An image is data: read-only layers, and a config that says what to run. A container is "
    "made from it. It adds one writable layer and, while it runs, processes. Many "
    "containers can share one image.",
    short_zh="镜像是静态数据:一组只读层加上一份配置。容器由镜像创建,加上一个自己的可写层,"
    "运行时还有进程。多个容器可以共享同一镜像。",
    full=(
        Sentence("Saved, an image is a tar for each layer, and JSON.", "02#archive"),
        Sentence(
            "Its config says what a container starts with: command, environment, working "
            "directory.",
            "02#template",
        ),
        Sentence(
            "`docker create` makes a container, which is there before anything runs.", "02#create"
        ),
        Sentence(
            "What the container writes is in a layer of its own; below it the image's files are "
            "what they were.",
            "02#see-rw",
        ),
    ),
    points=(
        Point("An image is read-only data", ("read-only|template|immutable|只读|静态",)),
        Point("With a config", ("config|配置",)),
        Point("A container adds a writable layer", ("writ|可写",)),
        Point("Many containers, one image", ("many|several|multiple|多个",)),
    ),
    false=(
        FalseAnswer(
            "An image is a program that runs.",
            "It is data. After `docker load` the image is there, and no container.",
            "02#load",
        ),
        FalseAnswer(
            "An image holds all that a program needs.",
            "Not the kernel: that is the host's.",
            "02#see-kernel",
        ),
    ),
    follow_ups=(
        FollowUp(
            "Does a stopped container take space?",
            "Yes, its writable layer stays until `docker rm`.",
        ),
        FollowUp(
            "Do all containers of an image run the same command?",
            "The image's is a default. `docker run` may give another.",
        ),
    ),
)

L02_6 = Question(
    key="L02-6",
    lesson="02",
    stars=4,
    asks="Is the size that `docker images` prints what you download, and what the disk holds?",
    zh="docker images 显示的大小等于下载量或占用的磁盘空间吗?",
    short="Neither. It is the sum of all layers, unpacked, shared or not. A pull moves compressed "
    "blobs, and only those that are missing. On disk a layer that several images share is "
    "stored once, so the sizes add up to more than the disk holds.",
    short_zh="都不是。它是所有层解压后的总和,不管是否共享。下载的是压缩的 blob,而且只下载缺少的;"
    "磁盘上共享的层只存一份,所以各镜像大小之和大于实际占用。",
    full=(
        Sentence(
            "Two images share a base of 900kB, and each counts it: 900kB and 1.2MB.", "02#see-size"
        ),
        Sentence("Together they store 1.2MB, in three layers.", "02#df"),
        Sentence("A pull of Debian moves 48MB, and 116MB are on the disk then.", "09#size-myth"),
    ),
    points=(
        Point("The sum of all layers", ("all layers|sum|whole|总和|所有层",)),
        Point("A pull moves compressed blobs", ("compress|压缩",)),
        Point("On disk a shared layer counts once", ("shar|共享", "once|一份")),
    ),
    false=(
        FalseAnswer(
            "An image that shares its base is smaller.",
            "`quiet` prints 900kB, though all that it has is in the base, too.",
            "02#see-size",
        ),
    ),
    follow_ups=(
        FollowUp(
            "Which command says what one image alone costs?",
            "`docker system df -v`, under UNIQUE SIZE.",
        ),
        FollowUp(
            "Why does a newer Docker print larger sizes?",
            "With containerd's image store SIZE counts the compressed blobs as well as the "
            "unpacked layers.",
        ),
    ),
)

L02_7 = Question(
    key="L02-7",
    lesson="02",
    stars=3,
    asks="Why is a container created in no time, even from a big image?",
    zh="为什么从很大的镜像创建容器也很快?",
    short="Nothing is copied. The layers stay where they are, read-only and shared. The container "
    "gets an empty directory of its own, and one mount puts it on top of them. How big the "
    "image is plays no part in that.",
    short_zh="因为什么都不复制。镜像层留在原处,只读并共享;容器只得到一个空的可写目录,"
    "再用一次挂载叠在上面。镜像有多大没有影响。",
    full=(
        Sentence(
            "From an image of 17,000 files as little is copied as from one of ten: nothing.",
            "02#fast",
        ),
        Sentence(
            "A hundred layers or one: a new container adds 0 bytes to the store.", "04#levels"
        ),
        Sentence(
            "Ten containers on an image of 8.5MB have 0B each, until they write.",
            "06#see-containers",
        ),
    ),
    points=(
        Point("Nothing is copied", ("nothing is copied|no copy|not copied|不复制|没有复制",)),
        Point("The layers are shared, read-only", ("shar|共享",)),
        Point("An empty layer of its own", ("empty|空",)),
        Point("Joined by a mount", ("mount|挂载",)),
    ),
    false=(
        FalseAnswer(
            "It is quick because an image is small.",
            "Its size plays no part: no path of 17,000 was copied.",
            "02#fast",
        ),
    ),
    follow_ups=(
        FollowUp(
            "What takes the time, then?",
            "Namespaces, network, and the program itself, which has to start.",
        ),
        FollowUp(
            "Is that so with every storage driver?",
            "No. vfs has no copy-on-write: it copies the whole tree.",
        ),
    ),
)
