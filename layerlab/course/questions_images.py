"""The chapter's questions 1 to 3: layers, what they are good for, how they are made."""

from layerlab.course.question import FalseAnswer, FollowUp, Point, Question, Sentence

Q1 = Question(
    key="Q1",
    lesson="02",
    stars=4,
    asks="What is layering of Docker images?",
    zh="什么是 Docker 镜像分层?",
    short="An image is an ordered list of read-only layers and a config. Each layer holds what "
    "one step of the build changed. Put on top of each other they show one file tree.",
    short_zh="镜像由一组有序的只读分层和一份配置组成。每一层只记录构建中一步的改动,"
    "叠加起来呈现为一棵完整的文件树。",
    full=(
        Sentence(
            "An image consists of read-only layers in a fixed order, and a config that names "
            "them: flannel has seven.",
            "08#q1-stack",
        ),
        Sentence(
            "Only steps that change files make a layer; flannel's other four steps changed the "
            "config alone.",
            "08#q1-stack",
        ),
        Sentence(
            "A layer is a changeset: whole new files, and whiteouts for what is gone.",
            "08#q1-changes",
        ),
        Sentence(
            "Above the base, a layer alone is no file system that a program could run in; it "
            "makes sense on the layers below.",
            "08#q1-changes",
        ),
        Sentence(
            "So a host keeps two names of it: the DiffID is the hash of the layer alone, the "
            "ChainID that of the layer and all that it lies on.",
            "08#q1-chain",
        ),
        Sentence(
            "A container adds one writable layer of its own; the image has none.",
            "08#q1-container",
        ),
    ),
    points=(
        Point(
            "Several read-only layers",
            ("layer|分层|镜像层|层", "read-only|readonly|immutable|只读"),
        ),
        Point(
            "In a fixed order, each on the one below", ("order|on top|stack|below|叠加|有序|顺序",)
        ),
        Point("A layer holds changes", ("change|diff|delta|改动|增量|变更|差异",)),
        Point(
            "Together they show one tree",
            ("one file tree|one tree|single|merge|union|unified|合并|联合|统一|一棵",),
        ),
        Point("The writable layer is the container's", ("container|容器", "writ|可写|写")),
    ),
    false=(
        FalseAnswer(
            "The layers are independent of each other.",
            "A layer is a difference to those below. On another base it shows another tree, "
            "and has another ChainID.",
            "08#q1-chain",
        ),
        FalseAnswer(
            "An image consists of read-only layers and one writable layer.",
            "The writable layer belongs to a container, comes with it and goes with it.",
            "08#q1-container",
        ),
    ),
    follow_ups=(
        FollowUp(
            "Why does a pull of flannel show seven lines, and its history eleven?",
            "Seven steps changed files. `CMD`, `LABEL`, `ENV` and `ENTRYPOINT` only changed the "
            "config.",
        ),
        FollowUp(
            "Where is the order of the layers written down?",
            "In the config, as `rootfs.diff_ids`, base first; and in the manifest, as a list of "
            "blobs.",
        ),
    ),
)

Q2 = Question(
    key="Q2",
    lesson="06",
    stars=4,
    asks="What are the advantages of image layering?",
    zh="Docker 镜像分层的优势是什么?",
    short="What is below a change is shared: on the disk by all images and containers that "
    "begin with the same layers, on the wire by every pull and push, and in the build cache.",
    short_zh="改动以下的部分可以共享:磁盘上由镜像和容器共享,网络传输只传缺少的层,"
    "构建时可以命中缓存。",
    full=(
        Sentence(
            "The disk holds a layer once, however many images begin with it: five images on "
            "Debian take 166MB and not 631MB.",
            "08#q2-disk",
        ),
        Sentence("No image gets smaller by that: each still counts 126MB.", "08#q2-disk"),
        Sentence(
            "A push sends the layers that the registry lacks, and a pull fetches those that the "
            "host lacks.",
            "08#q2-wire",
        ),
        Sentence(
            "A build takes from the cache every step below the first change, and runs the rest.",
            "08#q2-cache",
        ),
        Sentence(
            "There is a price: what a later step deletes still counts, since no layer can be "
            "changed.",
            "08#q2-trap",
        ),
    ),
    points=(
        Point(
            "Disk: a shared layer is stored once",
            ("disk|stor|space|磁盘|存储|空间", "shar|once|复用|共享|一份"),
        ),
        Point(
            "Network: only missing layers move",
            ("pull|push|download|transfer|network|wire|下载|传输|拉取|推送",),
        ),
        Point("Build cache", ("cache|缓存",)),
        Point("Containers share the image's layers", ("container|容器", "shar|共享|复用")),
        Point(
            "An image isn't smaller by sharing",
            ("not smaller|size|smaller|no smaller|does not shrink|大小|不会变小",),
        ),
    ),
    false=(
        FalseAnswer(
            "Sharing makes images smaller.",
            "The size of an image is that of its whole chain. The sum on the disk gets smaller.",
            "08#q2-disk",
        ),
        FalseAnswer(
            "A single layer can be updated in place.",
            "A changed step gives a new layer, and so does every step above it.",
            "08#q2-cache",
        ),
    ),
    follow_ups=(
        FollowUp(
            "When is a layer with equal content not shared on a Docker host?",
            "When it lies on other layers: the classic store goes by ChainID. A registry goes "
            "by the blob's digest and shares it still.",
        ),
        FollowUp(
            "What does an update of the base cost?",
            "A whole build: every step above it runs again, and the host stores each layer "
            "anew, on another chain.",
        ),
    ),
)

Q3 = Question(
    key="Q3",
    lesson="01",
    stars=4,
    asks="How is the layering of Docker images implemented?",
    zh="Docker 镜像的分层是如何实现的?",
    short="In two halves. The image format stores each layer as a tar of changes and lists "
    "their hashes in the config. On the host a storage driver, usually overlay2, shows them "
    "as one tree.",
    short_zh="分两部分:镜像格式把每一层存为改动的 tar,并在配置里列出各层的哈希;"
    "主机上由存储驱动(通常是 overlay2)把它们联合成一棵树。",
    full=(
        Sentence(
            "In the format a layer is a tar of changes, and the hash of that tar is its name, "
            "the DiffID.",
            "08#q3-tar",
        ),
        Sentence("The config lists the DiffIDs, base first.", "08#q3-tar"),
        Sentence(
            "What the layers mean is settled by the format: whoever applies the tars in order "
            "gets the same tree as a union does.",
            "08#q3-copy",
        ),
        Sentence(
            "overlay2 doesn't copy: it mounts the image's directories as lowerdir, the topmost "
            "first, and the container's own as upperdir.",
            "08#q3-mount",
        ),
        Sentence(
            "A file is looked up down that list, and the search ends at the first layer that "
            "has the name.",
            "01#see-search",
        ),
    ),
    points=(
        Point("Layers are stored as tars of changes", ("tar|archive|changeset|归档|打包",)),
        Point(
            "Named by hash, listed in the config",
            ("hash|digest|sha256|diffid|摘要|哈希", "config|manifest|配置|清单"),
        ),
        Point(
            "A storage driver shows them as one", ("overlay|driver|union|联合|驱动|ufs|unionfs",)
        ),
        Point(
            "Lower directories read-only, upper writable",
            ("lower|read-only|只读", "upper|writ|可写"),
        ),
    ),
    false=(
        FalseAnswer(
            "The union file system is what layering is.",
            "The image format is. A driver without a union, such as vfs, copies, and shows the "
            "same tree.",
            "08#q3-copy",
        ),
    ),
    follow_ups=(
        FollowUp(
            "Which directories does overlay2 need for a container?",
            "lowerdir, upperdir, an empty workdir for the kernel's own use, and the mount point "
            "merged.",
        ),
        FollowUp(
            "How many layers can there be?",
            "Docker takes 125 layers in an image; the kernel's overlayfs 500 lower directories.",
        ),
    ),
)
