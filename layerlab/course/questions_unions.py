"""Lesson 01: the order of layers, the marks of deletion, and what a union costs."""

from layerlab.course.question import FalseAnswer, FollowUp, Point, Question, Sentence

L01_1 = Question(
    key="L01-1",
    lesson="01",
    stars=4,
    asks="What is a union file system, and what sets it apart from one mount over another?",
    zh="什么是联合文件系统?它和把一个目录挂载到另一个目录上有什么区别?",
    short="It shows several directory trees, in a fixed order, as one tree. Directories of the "
    "same name merge; for everything else the topmost wins. An ordinary mount merges "
    "nothing: it hides what lies under it.",
    short_zh="它把多个目录树按固定顺序合并,呈现为一棵树:同名目录合并,其余以最上层为准。"
    "普通挂载不会合并,只会遮住原来的内容。",
    full=(
        Sentence(
            "Directories of the same name merge: `/bin` shows what both layers have in it.",
            "01#one-walk",
        ),
        Sentence(
            "For the rest the topmost layer wins: of two files `/etc/motd` you see the upper one.",
            "01#see-motd",
        ),
        Sentence(
            "A file and a directory can't merge. The upper one hides the lower, with all that is "
            "in it.",
            "01#see-abc",
        ),
        Sentence(
            "The order decides, and nothing else: turned round, the same two layers show another "
            "text.",
            "01#flipped",
        ),
    ),
    points=(
        Point("Several trees shown as one", ("one tree|as one|single|一棵|统一|联合",)),
        Point("Directories merge", ("director|目录", "merg|合并")),
        Point("For the rest the topmost wins", ("topmost|upper|top layer|上层|最上",)),
        Point("In a fixed order", ("order|顺序",)),
    ),
    false=(
        FalseAnswer(
            "The second tree appears as a subdirectory of the first.",
            "That is a nested mount. In a union of A and B there is no `/B`.",
            "01#no-cb-cell",
        ),
    ),
    follow_ups=(
        FollowUp(
            "Must each layer be a file system of its own?",
            "No. Layers are directories, often on one and the same file system.",
        ),
        FollowUp(
            "Which union does Docker use today?",
            "overlayfs, which is part of the kernel. AUFS, which came as a patch, is history.",
        ),
    ),
)

L01_2 = Question(
    key="L01-2",
    lesson="01",
    stars=3,
    asks="In which order are the layers searched for a file, and what ends the search?",
    zh="查找一个文件时,各层按什么顺序搜索?什么时候停止?",
    short="From the top down: the container's layer, then the image's, the base last. The first "
    "layer that has the name ends the search. So does a whiteout, or an opaque directory. A "
    "name that is nowhere can cost a look into every layer.",
    short_zh="从上往下:先容器层,再镜像层,最后是最底层。第一个有该名字的层结束搜索,"
    "遇到 whiteout(删除标记)或不透明目录也停止。不存在的名字要查每一层。",
    full=(
        Sentence(
            "The search goes down from the top and ends at the first layer that has the name.",
            "01#see-search",
        ),
        Sentence("A whiteout ends it as well, though the image has the file.", "05#trails"),
        Sentence(
            "Nothing gets past an opaque directory: no layer below it is asked.", "05#again-made"
        ),
        Sentence(
            "In a stack of 125 layers a file of the base costs 125 looks, and so does a name that "
            "is nowhere.",
            "01#cost",
        ),
    ),
    points=(
        Point("From the top down", ("top|upper|从上|自上",)),
        Point("The first hit ends it", ("first|第一个|首个|最先",)),
        Point(
            "A whiteout or an opaque directory ends it, too",
            ("whiteout|opaque|白障|删除标记|不透明",),
        ),
        Point("A missing name costs a look into all", ("every|each|all layers|125|每一层|所有层",)),
    ),
    false=(
        FalseAnswer(
            "Links in the upper layer lead to the files below.",
            "Nothing is linked. The stack is a list, and in this union there is no link at all.",
            "01#flipped",
        ),
    ),
    follow_ups=(
        FollowUp(
            "So is a container on a hundred layers slow?",
            "Hardly. The kernel remembers what it has found, so only the first lookup of a name "
            "pays.",
        ),
    ),
)

L01_3 = Question(
    key="L01-3",
    lesson="01",
    stars=4,
    asks="What is a whiteout, and what is an opaque directory?",
    zh="什么是 whiteout?什么是不透明(opaque)目录?",
    short="Two marks in an upper layer, since nothing below can be deleted. A whiteout hides one "
    "name. An opaque directory hides all that lower layers have in a directory of its name. "
    "In a layer's tar both are empty files, `.wh.NAME` and `.wh..wh..opq`.",
    short_zh="下层不能修改,所以用上层的两种标记表示删除:whiteout 隐藏一个名字;"
    "不透明目录隐藏下层同名目录里的全部内容。在 tar 里它们分别是名为 .wh.名字 和 "
    ".wh..wh..opq 的空文件。",
    full=(
        Sentence(
            "Deleting a file of a lower layer leaves a whiteout in the upper one; the file stays "
            "below.",
            "01#see-delete",
        ),
        Sentence(
            "A directory that was deleted and made again is opaque, and shows nothing of the old "
            "one.",
            "01#see-opaque",
        ),
        Sentence(
            "In the tar the whiteout of `token` is called `.wh.token`, and `.wh..wh..opq` makes "
            "its directory opaque.",
            "01#in-the-tar",
        ),
        Sentence(
            "Whoever applies the tars with these marks in order gets the tree that the union "
            "shows.",
            "01#apply",
        ),
    ),
    points=(
        Point("A whiteout marks a deletion", ("whiteout|白障|删除标记",)),
        Point("It hides one name", ("hides|hidden|隐藏|遮住",)),
        Point("Opaque: all of a directory's lower content", ("opaque|不透明",)),
        Point("What they are in the tar", ("tar|归档|打包",)),
    ),
    false=(
        FalseAnswer(
            "A deleted directory is opaque.",
            "A deleted directory leaves a whiteout. Opaque is the new one that takes its place.",
            "05#again-made",
        ),
    ),
    follow_ups=(
        FollowUp(
            "What are they on overlayfs?",
            "A character device with the numbers 0, 0, and the extended attribute "
            "`trusted.overlay.opaque`.",
        ),
        FollowUp(
            "Does `rm -rf` of a directory of the image leave a mark for each file?",
            "No, one whiteout, for the directory.",
        ),
    ),
)

L01_4 = Question(
    key="L01-4",
    lesson="01",
    stars=2,
    asks="Can a layer be added to a running container, or the image beneath it be updated?",
    zh="容器运行时,可以再加一层,或更新它下面的镜像吗?",
    short="No. The list of layers is fixed when the union is mounted, and an image layer never "
    "changes. An update is a new image, and only a container that is created from it sees "
    "it.",
    short_zh="不可以。层的列表在挂载时就固定了,镜像层也不会改变。更新得到的是新镜像,"
    "只有用新镜像重新创建的容器才能看到。",
    full=(
        Sentence(
            "One more layer makes a new image, here of three layers and not two.", "01#fixed-cell"
        ),
        Sentence(
            "The container that was there before reads what it read: its stack is what it was.",
            "01#fixed-cell",
        ),
        Sentence("What a container writes changes no image layer, and no DiffID.", "01#untouched"),
    ),
    points=(
        Point("The stack is fixed by the mount", ("fixed|固定",)),
        Point("An update is a new image", ("new image|新镜像",)),
        Point("It takes a new container", ("created|new container|recreate|重新创建|新容器",)),
    ),
    follow_ups=(
        FollowUp(
            "So how do you roll out an update?",
            "Pull or build the new image, remove the container, create one from the new image. "
            "Data that must stay belongs on a volume.",
        ),
        FollowUp(
            "And if you edit a file below `/var/lib/docker/overlay2` by hand?",
            "The kernel calls the result undefined, and the layer is no longer what its DiffID "
            "says.",
        ),
    ),
)

L01_5 = Question(
    key="L01-5",
    lesson="01",
    stars=3,
    asks="What is the price of a union of layers?",
    zh="联合文件系统(分层)有什么代价?",
    short="The first lookup of a name may ask every layer. The first change of a file copies all "
    "of it. And what an upper layer deletes stays in the lower one: it takes space, and "
    "whoever has the image can read it.",
    short_zh="第一次查找可能要问每一层;第一次修改会复制整个文件;上层删除的内容仍留在下层,占用空间,"
    "拿到镜像的人也能读到。",
    full=(
        Sentence(
            "A file of the base costs as many looks as there are layers above it, and one more.",
            "01#cost",
        ),
        Sentence(
            "To append a byte to a file of 100MB the whole file is copied; the second byte copies "
            "nothing.",
            "01#see-big",
        ),
        Sentence(
            "A password that a later layer deletes can be read from the layer that brought it.",
            "01#secret",
        ),
    ),
    points=(
        Point("Lookups: layer by layer", ("lookup|look|search|查找|搜索",)),
        Point(
            "The first change copies the whole file",
            ("cop|复制|拷贝", "whole|all of it|entire|整个"),
        ),
        Point("What is deleted stays below", ("delet|删除", "stay|still|lower|below|仍|留在")),
    ),
    false=(
        FalseAnswer(
            "A layer can hide a secret, so it's safe.",
            "Hidden is not gone: a container doesn't see it, the layer has it.",
            "01#secret",
        ),
    ),
    follow_ups=(
        FollowUp(
            "Can the upper directory lie on any file system?",
            "No. It must take device files and extended attributes; another overlay, for one, is "
            "refused.",
        ),
        FollowUp(
            "What of a database?",
            "It belongs on a volume, outside the union.",
        ),
    ),
)
