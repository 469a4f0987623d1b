"""Lesson 07: how to read `docker history`, and what CMD and ENTRYPOINT leave."""

from layerlab.course.question import FalseAnswer, FollowUp, Point, Question, Sentence

L07_1 = Question(
    key="L07-1",
    lesson="07",
    stars=3,
    asks="What does `<missing>` mean in `docker history`?",
    zh="docker history 里的 <missing> 是什么意思?",
    short="That column shows images on this machine. A pulled image is one; the steps before were "
    "made elsewhere, and only their layers travelled. The classic builder keeps an image "
    "after each step, so there the rows have IDs. Nothing is damaged, and no layer is "
    "lacking.",
    short_zh="IMAGE 一列显示的是本机上的镜像。拉取的镜像只有最上面一行,之前的步骤是在别处构建的,"
    "只有层传了过来。传统构建器在本机构建时每步都有镜像 ID。镜像没有损坏,层也不缺。",
    full=(
        Sentence("Of flannel, which was pulled, ten of eleven rows say `<missing>`.", "07#history"),
        Sentence(
            "A commit here has its ID, and so has the image that it was made from.", "07#commit"
        ),
        Sentence("All seven layers of flannel are there.", "07#all-seven"),
    ),
    points=(
        Point("The column shows images of this machine", ("machine|here|本机",)),
        Point("The steps were made elsewhere", ("elsewhere|别处|其他机器",)),
        Point("Nothing is damaged", ("nothing is|not damaged|no layer|没有损坏|不缺",)),
    ),
    false=(
        FalseAnswer(
            "The image is corrupt, or some of its layers weren't pulled.",
            "Each of the seven DiffIDs has its directory in the store.",
            "07#all-seven",
        ),
    ),
    follow_ups=(
        FollowUp(
            "And what BuildKit has built here?",
            "It says `<missing>` as well: BuildKit keeps no image for a step.",
        ),
        FollowUp(
            "Can you start a container from the middle?",
            "Only where a row has an ID.",
        ),
    ),
)

L07_2 = Question(
    key="L07-2",
    lesson="07",
    stars=3,
    asks="How do you tell which rows of `docker history` are layers?",
    zh="怎样判断 docker history 的哪些行是镜像层?",
    short="A row is an instruction, the newest on top. The config marks those that changed no "
    "file with `empty_layer`; the others are the layers, in the order of the DiffIDs. A "
    "size of 0B is no proof: a layer that only deletes has 0B, too. The sizes add up to the "
    "image's.",
    short_zh="每行是一条指令,最新的在最上面。配置里用 empty_layer 标记没有改动文件的行,"
    "其余各行按顺序就是镜像层。0B 不能说明问题:只删除文件的层也是 0B。各行大小之和就是镜"
    "像大小。",
    full=(
        Sentence(
            "Eleven rows of flannel and seven layers: four rows have `empty_layer`.", "07#see-rows"
        ),
        Sentence(
            "They are `ENTRYPOINT`, `ENV`, `LABEL` and `CMD`; their values are in the config.",
            "07#metadata",
        ),
        Sentence(
            "A step that only deletes weighs 0 bytes, and has nine whiteouts in its layer.",
            "04#hidden",
        ),
        Sentence("The sizes add up to 67.9MB, which is what `docker images` says.", "07#sum"),
    ),
    points=(
        Point("A row is an instruction", ("instruction|指令",)),
        Point("empty_layer in the config", ("empty_layer|config|配置",)),
        Point("0B is no proof", ("0b|0 bytes",)),
        Point("The sizes add up", ("add up|sum|之和|总和",)),
    ),
    false=(
        FalseAnswer(
            "Rows of 0B are no layers.",
            "A WORKDIR that makes its directory is a layer of 0 bytes.",
            "04#see-kinds",
        ),
    ),
    follow_ups=(
        FollowUp(
            "Why seven lines when it is pulled?",
            "A pull moves layers. Rows without one travel in the config.",
        ),
        FollowUp(
            "Can the history be trusted?",
            "It is text in the config. Who makes an image can write there what they like.",
        ),
    ),
)

L07_3 = Question(
    key="L07-3",
    lesson="07",
    stars=5,
    asks="What is the difference between CMD and ENTRYPOINT, and where are they kept?",
    zh="CMD 和 ENTRYPOINT 有什么区别?保存在哪里?",
    short="Both say what a container starts, and both are lines of the config, not of a layer. "
    "What you write behind the image's name replaces CMD, and is given to ENTRYPOINT as its "
    "arguments. With both, CMD is the default for these arguments.",
    short_zh="两者都说明容器启动时执行什么,都写在镜像配置里,不产生层。"
    "docker run 后面写的内容会替换 CMD,并作为参数传给 ENTRYPOINT;两者都有时,"
    "CMD 是默认参数。",
    full=(
        Sentence("In the history they are rows without a layer.", "07#see-rows"),
        Sentence(
            "The command behind `docker run tiny` replaces the CMD that printed the kernel.",
            "03#see-scratch",
        ),
        Sentence(
            "An image hands its CMD on to those built on it, until they set another.", "08#q6-from"
        ),
        Sentence("flannel's own ENTRYPOINT dropped the CMD of Alpine, its base.", "07#metadata"),
    ),
    points=(
        Point("Both are in the config, and no layer", ("config|配置",)),
        Point("Arguments of docker run replace CMD", ("replac|overrid|替换|覆盖", "cmd")),
        Point("ENTRYPOINT gets them as arguments", ("entrypoint", "argument|参数")),
    ),
    false=(
        FalseAnswer(
            "Each of them adds a layer.",
            "Their rows have no DiffID.",
            "07#see-rows",
        ),
    ),
    follow_ups=(
        FollowUp(
            'What is the difference between `CMD ["app"]` and `CMD app`?',
            "The first starts the program itself. The second starts `/bin/sh -c`, which may keep "
            "signals from it.",
        ),
        FollowUp(
            "How do you replace an ENTRYPOINT?",
            "`docker run --entrypoint`.",
        ),
    ),
)
