"""Lesson 05: how long a container's layer lives, what a change copies, and what is said of it."""

from layerlab.course.question import FalseAnswer, FollowUp, Point, Question, Sentence

L05_1 = Question(
    key="L05-1",
    lesson="05",
    stars=4,
    asks="What is lost when a container is stopped, and what when it is removed?",
    zh="容器停止或删除后,写入的数据还在吗?",
    short="A stop loses no file: the container's layer stays on disk, and the next start mounts "
    "it again. `docker rm` deletes that layer, with all that was written to it. What must "
    "outlive the container belongs on a volume.",
    short_zh="停止不会丢失文件:容器层还在磁盘上,下次启动重新挂载。"
    "docker rm 删除容器层和其中的全部数据。要长期保存的数据应放在卷(volume)里。",
    full=(
        Sentence(
            "A note that was written before the stop is there after the next start.", "05#see-stop"
        ),
        Sentence("The layer is there from `docker create` on, empty.", "05#see-create"),
        Sentence("`docker rm` takes its two directories off the disk.", "05#rm"),
        Sentence(
            "What is written without a volume is in that layer, and so goes with it.",
            "05#no-volume",
        ),
    ),
    points=(
        Point("A stop keeps the layer", ("stop|停止",)),
        Point("rm deletes it", ("rm|remov|delet|删除",)),
        Point("Data belongs on a volume", ("volume|卷",)),
    ),
    false=(
        FalseAnswer(
            "The writable layer is made at the start.",
            "After `docker create` nothing runs, and the layer is there.",
            "05#see-create",
        ),
    ),
    follow_ups=(
        FollowUp(
            "And with `docker run --rm`?",
            "The container is removed when its program ends, and its layer with it.",
        ),
        FollowUp(
            "Does a commit keep what is on a volume?",
            "No. A volume is mounted over the tree, and no layer has its files.",
        ),
    ),
)

L05_2 = Question(
    key="L05-2",
    lesson="05",
    stars=4,
    asks="A container changes one byte of a file of 1GB that the image has. What happens?",
    zh="容器修改镜像中一个 1GB 文件里的一个字节,会发生什么?",
    short="When the file is opened for writing, the kernel copies all of it into the container's "
    "layer; the byte goes into the copy. So the first write waits for a whole file, which "
    "then is on the disk twice. Later writes are done in place. The image's file stays as "
    "it was.",
    short_zh="以写方式打开时,内核把整个文件复制到容器层,然后只改副本。第一次写要等整个文件复制完,"
    "磁盘上有两份。以后的写直接在副本上进行。镜像里的原文件不变。",
    full=(
        Sentence(
            "One byte more, and the layer of anna has grown by 50MB: the whole database.",
            "05#see-change",
        ),
        Sentence(
            "The second byte copies nothing; the file is in the container's layer by then.",
            "05#again-log",
        ),
        Sentence(
            "The database of the image lies below, hidden and as large as before.", "05#see-again"
        ),
        Sentence(
            "Another container has a copy of its own, and the image keeps its text.", "05#see-three"
        ),
    ),
    points=(
        Point("The whole file is copied", ("whole|all of it|entire|整个",)),
        Point("At the first opening for writing", ("first|open|第一次|打开",)),
        Point("Later writes in place", ("later|second|in place|以后|副本",)),
        Point("The image's file stays", ("stay|keep|as it was|below|不变",)),
    ),
    false=(
        FalseAnswer(
            "Only the block that changed is stored.",
            "For one byte the layer takes 50MB: overlayfs knows files, no blocks.",
            "05#see-change",
        ),
    ),
    follow_ups=(
        FollowUp(
            "When is it cheaper?",
            "On XFS or Btrfs the kernel can clone the blocks. It is a second file all the same.",
        ),
        FollowUp(
            "How do you avoid it?",
            "Keep such data on a volume. Or write the file anew: what is truncated at the opening "
            "isn't copied.",
        ),
    ),
)

L05_3 = Question(
    key="L05-3",
    lesson="05",
    stars=3,
    asks="`docker diff` prints nothing, and `docker ps -s` says 50MB. How can that be?",
    zh="docker diff 什么都没输出,docker ps -s 却显示 50MB,为什么?",
    short="They answer two questions. `docker diff` compares what container and image show. `ps "
    "-s` measures what the container's layer stores. A chmod to the mode that a file has "
    "copies it up and changes nothing: no difference, and 50MB.",
    short_zh="两者回答不同的问题:docker diff 比较容器和镜像看到的内容;"
    "ps -s 统计容器层实际占用的大小。把权限改成原来的值也会复制整个文件,没有差别,"
    "却占 50MB。",
    full=(
        Sentence(
            "After `chmod 644` of a file with that mode the layer has 50MB, and `docker diff` no "
            "line.",
            "05#see-chmod",
        ),
        Sentence(
            "The same with `: >> file`, which opens for writing and writes nothing, and with a "
            "chown.",
            "05#tried",
        ),
        Sentence("A commit takes what is stored: its layer has 50MB.", "05#see-commit"),
    ),
    points=(
        Point("diff compares two trees", ("compar|difference|比较",)),
        Point("ps -s measures the layer", ("measur|stor|统计|占用",)),
        Point("A copy-up may change nothing", ("cop|复制",)),
    ),
    false=(
        FalseAnswer(
            "`docker diff` lists what is in the upper directory.",
            "The database is there, and isn't listed.",
            "05#see-chmod",
        ),
    ),
    follow_ups=(
        FollowUp(
            "What do A, C and D mean?",
            "Added, changed, deleted, against the image. Every directory above a change is C.",
        ),
        FollowUp(
            "Where is a write to a volume listed?",
            "Nowhere: a volume is no part of the layer.",
        ),
    ),
)

L05_4 = Question(
    key="L05-4",
    lesson="05",
    stars=3,
    asks="In a container rename() of a directory fails with EXDEV, and `mv` works. Why?",
    zh="在容器里 rename 一个目录报 EXDEV(Invalid cross-device link),mv 却能成功,为什么?",
    short="The image has that directory: lower layers know its files under the old name only, and "
    "Docker mounts overlayfs without its attribute for renamed directories, `redirect_dir`. "
    "So the kernel refuses. `mv` takes it for a move to another disk: it copies all files, "
    "and deletes the old ones.",
    short_zh="这个目录来自镜像,下层只认识旧名字,而 Docker 挂载时关闭了 redirect_dir,所以内核拒绝改"
    "名。mv 把它当作跨磁盘移动:复制全部文件,再删除旧的。",
    full=(
        Sentence(
            "The rename is refused; with `mv` the layer grows by all the files, and the old name "
            "is deleted.",
            "05#see-mv",
        ),
        Sentence("A directory that only the container has is renamed at no cost.", "05#own-rename"),
        Sentence("A file of the image can be renamed, after a copy of all its 50MB.", "05#tried"),
    ),
    points=(
        Point("The directory is the image's", ("image|lower|镜像|下层",)),
        Point("The kernel refuses the rename", ("kernel|refus|内核|拒绝",)),
        Point("mv copies and deletes", ("mv", "cop|复制")),
    ),
    follow_ups=(
        FollowUp(
            "Whom does that bite?",
            "Programs that call rename themselves and know no other way. They must copy on EXDEV.",
        ),
        FollowUp(
            "Is it faster in a Dockerfile?",
            "No, and the layer keeps it: the directory is in the image twice.",
        ),
    ),
)
