"""Lesson 09: what is in an image, what is waste, and whether it arrived unchanged."""

from layerlab.course.question import FalseAnswer, FollowUp, Point, Question, Sentence

L09_1 = Question(
    key="L09-1",
    lesson="09",
    stars=5,
    asks="An image is too large. How do you find out why, and what do you do?",
    zh="镜像太大,怎么找出原因并优化?",
    short="See which layers are large, with `docker history` or dive. Ask of each what no "
    "container needs: what a later layer hides or writes again, caches, build tools, "
    "sources. Each finding belongs to a line of the Dockerfile. Mend that line, build "
    "again, and compare.",
    short_zh="先用 docker history 或 dive 看哪些层大;再看哪些内容容器用不到:"
    "被后面的层隐藏或重写的、缓存、编译工具、源码。每一项都对应 Dockerfile 的某一行,"
    "改那一行,重新构建并比较。",
    full=(
        Sentence(
            "A table of layers names the instruction that made each, and its bytes.", "09#layers"
        ),
        Sentence(
            "In the shop 691,968 of 1,313,450 bytes are waste: hidden, written again, or a cache.",
            "09#findings",
        ),
        Sentence(
            "Each kind has its remedy: clean up in the same RUN, set the mode where the file is "
            "made.",
            "09#advice",
        ),
        Sentence(
            "With two stages the image lost those 691,968 bytes, to the byte, and wastes nothing.",
            "09#fixed",
        ),
    ),
    points=(
        Point("Look at the layers' sizes", ("layer|history|层",)),
        Point("What no container needs", ("hide|hidden|cache|waste|隐藏|缓存",)),
        Point("Which line made it", ("line|instruction|一行|指令",)),
        Point("Build again and compare", ("build again|compare|重新构建|比较",)),
    ),
    false=(
        FalseAnswer(
            "It is large because it has many layers.",
            "The same files in three layers and in one have the same size. What counts is what "
            "the layers hold.",
            "03#flat",
        ),
    ),
    follow_ups=(
        FollowUp(
            "What else helps?",
            "A smaller base, fewer packages, `.dockerignore`, and another stage for the build "
            "tools.",
        ),
        FollowUp(
            "How does it stay small?",
            "A check in the pipeline that fails above a limit, such as `layerlab waste "
            "--lowest-efficiency 0.9`.",
        ),
    ),
)

L09_2 = Question(
    key="L09-2",
    lesson="09",
    stars=3,
    asks="What do dive's efficiency and wasted bytes say, and what do they miss?",
    zh="dive 的 efficiency 和 wasted bytes 表示什么?有什么遗漏?",
    short="dive looks for paths that several layers have, and compares the smallest copy with the "
    "sum of all. The copy in use counts as waste, too. It misses what stands once: a "
    "directory that a later layer deletes, caches, package lists. So 100% doesn't mean that "
    "nothing is wasted.",
    short_zh="dive 找出在多个层里出现的路径,用最小的一份与总和比较,正在使用的那份也算浪费。"
    "只出现一次的它看不到:被整个删除的目录、缓存、软件包列表。所以 100% 不等于没有浪费。",
    full=(
        Sentence(
            "The shop's page is in three layers, and dive counts all three copies: 461,723 bytes.",
            "09#dive",
        ),
        Sentence(
            "5MB in a directory that the next layer deletes: dive says 1.0, and 0 bytes wasted.",
            "09#see-dive",
        ),
        Sentence(
            "Counted by what became of each copy, the shop wastes 691,968 bytes; lists and caches "
            "are among them.",
            "09#findings",
        ),
    ),
    points=(
        Point("Paths that several layers have", ("several|multiple|多个",)),
        Point("The copy in use counts, too", ("in use|all three|sum|总和|正在使用",)),
        Point("Deleted directories are missed", ("director|目录",)),
        Point("So are caches and lists", ("cache|list|缓存|列表",)),
    ),
    false=(
        FalseAnswer(
            "An efficiency of 100% means that nothing is wasted.",
            "Here 5,000,000 bytes are, and dive gives 1.0000.",
            "09#see-dive",
        ),
    ),
    follow_ups=(
        FollowUp(
            "Is it of no use, then?",
            "It is: it is quick, and finds files that are written twice. Know what the figure "
            "says.",
        ),
    ),
)

L09_3 = Question(
    key="L09-3",
    lesson="09",
    stars=4,
    asks="Should all instructions be merged into one RUN, or an image squashed into one layer?",
    zh="是否应该把所有指令合并成一个 RUN,或把镜像压成一层?",
    short="It wastes little, and shares nothing. With one RUN every edit installs all again. With "
    "one layer even the base is pushed and stored anew. Join what cleans up after itself; "
    "keep apart what changes at different times; leave build tools in another stage.",
    short_zh="浪费少了,但也不能共享。只有一个 RUN,每次修改都要重新安装;只有一层,"
    "连基础镜像都要重新推送和存储。应合并需要一起清理的,分开变化频率不同的,"
    "编译工具放在另一个阶段。",
    full=(
        Sentence(
            "One RUN doesn't get rid of what COPY brought: of that 154kB and 91kB stay wasted.",
            "09#see-merged",
        ),
        Sentence(
            "After an edit of a page the single RUN installs the packages again, and two stages "
            "don't.",
            "09#squashed",
        ),
        Sentence(
            "A push moves 311kB of the two stages, and 621kB of the single layer.", "09#squashed"
        ),
        Sentence("An image in one layer shares none with another on the same base.", "06#flat"),
    ),
    points=(
        Point("One layer shares nothing", ("share|共享",)),
        Point("One RUN: the cache is lost", ("again|cache|重新安装|缓存",)),
        Point("Join what cleans up", ("clean|清理",)),
        Point("Keep apart what changes at different times", ("different times|apart|分开|频率",)),
    ),
    false=(
        FalseAnswer(
            "One layer is always smaller.",
            "It has the same bytes as the image of two stages.",
            "09#squashed",
        ),
    ),
    follow_ups=(
        FollowUp(
            "What does `docker build --squash` do?",
            "Classic builder, experimental: it adds an image whose new layers are one. `docker "
            "export` and `import` flatten the base, too, and lose the config.",
        ),
    ),
)

L09_4 = Question(
    key="L09-4",
    lesson="09",
    stars=3,
    asks="How do you carry an image to a machine without a network, and know that it arrived "
    "unchanged?",
    zh="怎样把镜像带到没有网络的机器上,并确认它没有损坏?",
    short="`docker save` writes an image into an archive, with its layers, config and names, and "
    "`docker load` reads it. Each layer is named by the hash of its content, so a flipped "
    "bit is found and refused. The image ID is the same on both sides.",
    short_zh="用 docker save 把镜像(层、配置、标签)写成一个归档文件,"
    "在另一台机器上 docker load。每层以内容哈希命名,有一位出错也会被拒绝。"
    "两边的镜像 ID 相同。",
    full=(
        Sentence("The archive holds a tar for each layer, and JSON.", "02#archive"),
        Sentence("`docker load` takes it in, and the image is there under its name.", "02#load"),
        Sentence("As a docker-archive or an OCI layout, it has the same ImageID.", "09#export"),
        Sentence(
            "One bit that flipped on the way: it is refused, and the error names both digests.",
            "09#see-flip",
        ),
    ),
    points=(
        Point("docker save and docker load", ("save|archive|归档", "load")),
        Point("Layers, config and names", ("layer|层", "config|配置")),
        Point("Hashes show damage", ("hash|digest|哈希|摘要",)),
        Point("The image ID is the same", ("image id|imageid|镜像 id",)),
    ),
    false=(
        FalseAnswer(
            "Two archives of one image are different images.",
            "The ImageID is the hash of the config, and that is the same, however it is packed.",
            "09#export",
        ),
    ),
    follow_ups=(
        FollowUp(
            "And `docker export`?",
            "It writes a container's file tree as one tar: no layers, no history, no config.",
        ),
        FollowUp(
            "Does `docker load` read any OCI layout?",
            "With containerd's image store it does. The classic store wants a `manifest.json` in "
            "it, as `docker save` writes one.",
        ),
    ),
)

L09_5 = Question(
    key="L09-5",
    lesson="09",
    stars=2,
    asks="You are given an image that you don't know. What do you look at before you run it?",
    zh="拿到一个陌生的镜像,运行之前先看什么?",
    short="Its config: command, environment, user. Its history: how it was made. Its layers: what "
    "is large, and what lies in them that no container sees, secrets first. None of that "
    "needs a container, since an image is tars and JSON.",
    short_zh="先看配置:命令、环境变量、用户;再看历史:怎么构建的;再看各层:哪些大,"
    "有没有容器看不到的内容,特别是密钥。这些都不需要运行容器,镜像只是 tar 和 JSON。",
    full=(
        Sentence("The config says which program starts, with which environment.", "02#template"),
        Sentence("The history names the instruction behind each layer.", "09#layers"),
        Sentence(
            "In the layers of the shop are files that no container sees: four of a manual, and 13 "
            "more.",
            "09#hidden",
        ),
        Sentence("One of them is named like a secret: the token, in layer 2.", "09#own-look"),
    ),
    points=(
        Point("The config", ("config|command|配置",)),
        Point("The history", ("history|历史",)),
        Point("The layers, hidden files, too", ("layer|层",)),
        Point("Secrets first", ("secret|密钥|密码",)),
    ),
    follow_ups=(
        FollowUp(
            "Is the history proof of anything?",
            "No, it is text in the config. The layers and their digests are what you run.",
        ),
        FollowUp(
            "And known holes?",
            "A scanner reads the package lists in the layers, and compares them with lists of "
            "vulnerable versions.",
        ),
    ),
)
