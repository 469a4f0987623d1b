"""Lesson 04: the build cache, repeatable builds, and what a chmod or an update costs."""

from layerlab.course.question import FalseAnswer, FollowUp, Point, Question, Sentence

L04_6 = Question(
    key="L04-6",
    lesson="04",
    stars=4,
    asks="When does a step of a build come from the cache?",
    zh="构建时,一个步骤什么时候命中缓存?",
    short="When it stands on the same parent and is the same instruction; for COPY and ADD the "
    "files must have the same content and mode, too, whatever their time. From the first "
    "miss on everything runs. Comments don't count, and another value of an ARG does.",
    short_zh="父镜像相同、指令文本相同;COPY 和 ADD 还要求文件内容和权限相同,时间不算。"
    "从第一个未命中开始,后面全部重新执行。注释不影响,ARG 的值变了会失效。",
    full=(
        Sentence(
            "A RUN with the same text runs again when the step before it was a miss: it has "
            "another parent.",
            "04#see-parent",
        ),
        Sentence(
            "A file that was only touched hits; one that was changed misses, and changed back it "
            "hits again.",
            "04#touched",
        ),
        Sentence(
            "With another value the ARG itself hits, and the next RUN misses, though it doesn't "
            "use it.",
            "04#args",
        ),
        Sentence(
            "A changed comment changes nothing: the very same image comes out.", "04#see-comment"
        ),
    ),
    points=(
        Point("The same parent", ("parent|父",)),
        Point("The same instruction", ("instruction|text|指令",)),
        Point("COPY: the same content", ("content|内容",)),
        Point("After a miss everything runs", ("miss|未命中|失效",)),
    ),
    false=(
        FalseAnswer(
            "What was built once comes from the cache.",
            "Only on the same parent: here the same RUN runs again.",
            "04#see-parent",
        ),
        FalseAnswer(
            "The cache notices that the packages are out of date.",
            "It compares texts: `RUN apt-get update` hits, today and in half a year.",
            "04#update-alone-code",
        ),
    ),
    follow_ups=(
        FollowUp(
            "How do you build without it?",
            "`docker build --no-cache`.",
        ),
        FollowUp(
            "Does a new base miss?",
            "Yes, it is another parent, for every step.",
        ),
    ),
)

L04_7 = Question(
    key="L04-7",
    lesson="04",
    stars=3,
    asks="Why do `apt-get update` and `install` belong into one RUN, and how is it cleaned up?",
    zh="为什么 apt-get update 和 install 要写在同一个 RUN 里?怎样清理?",
    short="Alone, `update` comes from the cache as long as its text is the same, and `install` "
    "then asks for versions that the archive no longer has. In one RUN the lists are fresh, "
    "and `rm -rf /var/lib/apt/lists/*` at its end keeps them out of the layer.",
    short_zh="单独的 update 会一直命中缓存,列表是旧的,install 会去要已经不存在的版本。"
    "写在同一个 RUN 里列表总是新的,并在最后删除 /var/lib/apt/lists/*,不留在层里。",
    full=(
        Sentence(
            "When a package is added, `update` on a line of its own hits, and only the install "
            "runs.",
            "04#update-alone-code",
        ),
        Sentence(
            "The image comes without lists, and without them apt finds no package.", "04#no-lists"
        ),
        Sentence("The lists weigh 19.9MB.", "04#emacs-layer"),
        Sentence(
            "Only deleted in the same RUN they leave the image: 129MB, and not 149MB.",
            "04#see-clean",
        ),
    ),
    points=(
        Point("Alone, update comes from the cache", ("cache|缓存",)),
        Point("Old lists, versions that are gone", ("version|fresh|stale|旧|版本",)),
        Point("Delete the lists in the same RUN", ("lists|列表", "rm|delet|删除")),
    ),
    follow_ups=(
        FollowUp(
            "Why `--no-install-recommends`?",
            "apt installs what a package recommends, too: with emacs the libraries of a desktop.",
        ),
        FollowUp(
            "What does `RUN --mount=type=cache` do?",
            "It keeps a directory beside the layers: packages aren't fetched twice, and nothing "
            "of it is in the image.",
        ),
    ),
)

L04_8 = Question(
    key="L04-8",
    lesson="04",
    stars=4,
    asks="You build one Dockerfile twice without the cache. Are the images the same?",
    zh="同一个 Dockerfile 不用缓存构建两次,得到的镜像相同吗?",
    short="As a rule, no. Files get the time of the build, logs tell of it, and next week the "
    "archive has newer packages. One other byte in the tar is another DiffID. What repeats "
    "is an image, by its digest; a build does only with pinned inputs and fixed times.",
    short_zh="一般不同。文件时间是构建时的时间,日志也不同,软件包还会更新;tar 里差一个字节,"
    "DiffID 就不同。能重复的是按 digest(摘要)指定的镜像;构建要固定输入和时间才能重复。",
    full=(
        Sentence(
            "Two runs have the same paths and sizes and another DiffID: 81 of 256 entries differ.",
            "04#see-repeat",
        ),
        Sentence("A second more in a file's time, and the layer has another name.", "06#rebuild"),
        Sentence("From the cache, though, the very same image comes.", "04#again-same"),
    ),
    points=(
        Point("Times differ", ("time|时间",)),
        Point("Logs and packages differ", ("log|package|日志|软件包",)),
        Point("Other bytes, another DiffID", ("diffid",)),
        Point("Repeatable by digest, or with pinned inputs", ("digest|pin|摘要|固定",)),
    ),
    false=(
        FalseAnswer(
            "Layers are what makes an image repeatable.",
            "The same tree in one layer has the same ID each time as well.",
            "06#flat",
        ),
    ),
    follow_ups=(
        FollowUp(
            "How do you pin the base?",
            "`FROM debian@sha256:…`. A tag moves.",
        ),
        FollowUp(
            "And the times?",
            "BuildKit takes `SOURCE_DATE_EPOCH` as a build argument, and with "
            "`rewrite-timestamp=true` sets the files' times in the layers, too.",
        ),
    ),
)

L04_9 = Question(
    key="L04-9",
    lesson="04",
    stars=3,
    asks="How can a `RUN chmod` or `chown` double the size of an image?",
    zh="为什么 Dockerfile 里的 RUN chmod 或 chown 会让镜像变大?",
    short="A layer stores whole files. To change mode or owner the file is copied up, content and "
    "all, so the image has it twice, even if nothing is different afterwards. Set both "
    "where the file comes in: `COPY --chmod`, `--chown`, or the RUN that makes it.",
    short_zh="层里存的是整个文件。改权限或属主会把文件连内容一起复制到新层,镜像里就有两份,"
    "即使前后没有差别。应在 COPY --chmod、--chown 或产生文件的同一个 RUN 里设置。",
    full=(
        Sentence(
            "`chmod 755 /bin/bash`, to the mode that it has, makes a layer of 1.27MB.",
            "04#see-kinds",
        ),
        Sentence(
            "In the shop a chmod stored the catalog once more, and `chown -R` all pages, "
            "unchanged.",
            "09#findings",
        ),
        Sentence(
            "A commit after such a chmod has a layer of 50MB, the whole database.", "05#see-commit"
        ),
    ),
    points=(
        Point("The whole file is copied", ("whole|entire|整个", "cop|复制")),
        Point("The image has it twice", ("twice|double|again|once more|两份",)),
        Point("Set it where the file comes in", ("copy --|where the file|产生文件|同一个",)),
    ),
    false=(
        FalseAnswer(
            "chmod only changes metadata, so it's free.",
            "The layer grows by 50MB for a chmod of 50MB.",
            "05#tried",
        ),
    ),
    follow_ups=(
        FollowUp(
            "And of a directory?",
            "A directory is an entry without content. Only `-R` is dear.",
        ),
        FollowUp(
            "Does BuildKit do otherwise?",
            "No, a layer is a set of whole files with any builder.",
        ),
    ),
)

L04_10 = Question(
    key="L04-10",
    lesson="04",
    stars=4,
    asks="Your base image gets a security fix. What do you do, and what does it cost?",
    zh="基础镜像发布了安全修复,你要做什么?代价是什么?",
    short="Pull the base and build again: nothing comes into an image by itself. Every step has "
    "another parent then, so nothing hits. All layers are new, and are stored, pushed and "
    "pulled again, though your own files are the same.",
    short_zh="拉取新的基础镜像并重新构建,修复不会自动进入你的镜像。父镜像变了,缓存全部失效,"
    "所有层都是新的,要重新存储、推送和拉取。",
    full=(
        Sentence(
            "The tag moved to a patched base: of an unchanged Dockerfile no step hits.",
            "04#see-moved",
        ),
        Sentence(
            "A change of the shop's own files costs 450kB of new layers, one of the base 149MB.",
            "04#increments-chart",
        ),
        Sentence(
            "Pulled onto the patched base, the shop takes 8.5MB more, though only the base is "
            "different.",
            "06#see-chain",
        ),
        Sentence("The upper layers have their old DiffIDs and new ChainIDs.", "06#ids"),
    ),
    points=(
        Point("Build again", ("build again|rebuild|重新构建",)),
        Point("Nothing hits the cache", ("hit|miss|cache|缓存|失效",)),
        Point("All layers are new", ("all|every|所有|全部",)),
    ),
    false=(
        FalseAnswer(
            "Only the base's layer is replaced, the others stay.",
            "One new DiffID makes three new ChainIDs and a new image.",
            "06#update",
        ),
    ),
    follow_ups=(
        FollowUp(
            "Does `docker build` fetch the newer base?",
            "With `--pull` it does. Otherwise it may take the one that is here.",
        ),
        FollowUp(
            "How do you learn that there is a fix?",
            "Compare the digest of the tag with the one you built on. Bots do that, and scanners "
            "tell what is vulnerable.",
        ),
    ),
)
