"""Lesson 05: hard links, what copies a file up, and what a commit takes."""

from layerlab.course.question import FalseAnswer, FollowUp, Point, Question, Sentence

L05_5 = Question(
    key="L05-5",
    lesson="05",
    stars=3,
    asks="What does copy-on-write do to hard links?",
    zh="写时复制对硬链接有什么影响?",
    short="It breaks them. The name that is written to is copied up, as a file of its own with "
    "one link. The other names still show the lower file. So two names no longer are one "
    "file, and what was stored once may be stored twice.",
    short_zh="会断开硬链接。被写的那个名字复制成容器层里独立的文件,"
    "链接数为 1;其他名字仍指向下层的旧文件。原来存一份的内容可能变成两份。",
    full=(
        Sentence(
            "After a byte is appended to `logo`, it has 300,001 bytes and one link; `icon` has "
            "300,000 and two.",
            "05#see-links",
        ),
        Sentence(
            "To make a new link to a file of the image copies the file: 50MB for `ln`.", "05#tried"
        ),
        Sentence(
            "`mv` of a directory stores the logo once for its two names: 300,018 bytes in all.",
            "05#see-mv",
        ),
    ),
    points=(
        Point("Copy-up breaks the link", ("break|broke|断开",)),
        Point("The written name is a new file", ("own|one link|独立",)),
        Point("The others show the old one", ("other|still|其他|仍",)),
    ),
    false=(
        FalseAnswer(
            "Two names of one file always show the same.",
            "Here one is a byte longer than the other.",
            "05#see-links",
        ),
    ),
    follow_ups=(
        FollowUp(
            "Could overlayfs keep the link?",
            "With `index=on` it does. Docker mounts without it.",
        ),
    ),
)

L05_6 = Question(
    key="L05-6",
    lesson="05",
    stars=3,
    asks="Which operations copy a file up, and which don't?",
    zh="哪些操作会触发 copy-up(复制到容器层),哪些不会?",
    short="Opening for writing does, even if nothing is written; so do chmod, chown, touch, a new "
    "link and a rename. Reading, stat and listing copy nothing. A deletion leaves a "
    "whiteout. A file that is truncated as it is opened keeps no old byte, so none is "
    "copied.",
    short_zh="以写方式打开就会,即使什么都没写;chmod、chown、touch、新建链接、改名也会。读取、"
    "stat、列目录不会。删除只留下 whiteout。打开时截断的文件不复制旧内容。",
    full=(
        Sentence(
            "Append nothing, chmod, chown, touch, ln and mv cost 50MB each; `cat` and `ls` "
            "nothing.",
            "05#tried",
        ),
        Sentence(
            "A read, a stat and a listing search the layers, and copy 0 bytes.", "05#read-log"
        ),
        Sentence(
            "A deletion stores 0 bytes, and a file that is written over from the start only its "
            "new ones.",
            "05#written",
        ),
    ),
    points=(
        Point("Opening for writing", ("open|writ|写", "cop|复制")),
        Point("chmod, chown, touch, link, rename", ("chmod|chown|touch|rename",)),
        Point("Reading doesn't", ("read|读",)),
        Point("Deleting doesn't", ("delet|删除",)),
    ),
    false=(
        FalseAnswer(
            "Only a write of data copies a file.",
            "A chmod and a touch write no data, and cost 50MB each.",
            "05#tried",
        ),
        FalseAnswer(
            "Reading copies a file up.",
            "50MB were read, and the layer has 9 bytes, a note of before.",
            "05#see-read",
        ),
    ),
    follow_ups=(
        FollowUp(
            "Why does `: >> file` copy?",
            "The shell opens for writing, and the kernel can't know that nothing will come.",
        ),
        FollowUp(
            "And a change of a directory?",
            "Its entry comes up, with mode, owner and time. None of its files does.",
        ),
    ),
)

L05_7 = Question(
    key="L05-7",
    lesson="05",
    stars=3,
    asks="What does `docker commit` do, and why isn't it the way to make images?",
    zh="docker commit 做了什么?为什么不推荐用它制作镜像?",
    short="It stores the container's layer as one more read-only layer on top of the image's, "
    "with a new config. It takes all that is in there, rubbish and unchanged copies too, "
    "and nobody can repeat or review what was done. A Dockerfile says it.",
    short_zh="它把容器层存成一个新的只读层,叠在原镜像之上,并生成新的配置。容器层里有什么就存什么,"
    "包括垃圾;过程无法重复,也无法审查。Dockerfile 则写得清清楚楚。",
    full=(
        Sentence(
            "The image's layers are below it as they were, and there is one more.", "08#q5-commit"
        ),
        Sentence(
            "All that bert did was a chmod that changed nothing: the commit has a layer of 50MB.",
            "05#see-commit",
        ),
        Sentence(
            "A container of the new image begins with an empty layer, and bert goes on with his "
            "own.",
            "05#committed",
        ),
    ),
    points=(
        Point("The container's layer becomes an image layer", ("layer|层",)),
        Point("It takes all that is in it", ("all|rubbish|everything|垃圾|有什么",)),
        Point("Nobody can repeat or review it", ("repeat|review|reproduc|重复|审查",)),
    ),
    false=(
        FalseAnswer(
            "A commit puts a new layer on the container's.",
            "The container's own layer is stored, and a new container begins with an empty one.",
            "05#committed",
        ),
    ),
    follow_ups=(
        FollowUp(
            "When is it of use?",
            "To keep the state of a container that misbehaves, and look at it later.",
        ),
        FollowUp(
            "Does the container stop meanwhile?",
            "It is paused, unless you say `--pause=false`.",
        ),
    ),
)
