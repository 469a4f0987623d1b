"""Lesson 07: where a Docker host keeps layers, and under which names."""

from layerlab.course.question import FalseAnswer, FollowUp, Point, Question, Sentence

L07_4 = Question(
    key="L07-4",
    lesson="07",
    stars=4,
    asks="Where does a Docker host keep the layers, and why do you not find them under the IDs of "
    "`docker inspect`?",
    zh="Docker 主机把镜像层存在哪里?为什么用 docker inspect 的 ID 找不到目录?",
    short="`inspect` prints DiffIDs. The notes on layers, in `image/overlay2/layerdb/sha256`, are "
    "named by ChainIDs; only for the base are the two the same. The note `cache-id` leads "
    "on to the files, in `overlay2/<cache-id>/diff`.",
    short_zh="docker inspect 显示的是 DiffID,而 layerdb/sha256 下的目录以 ChainID 命名,"
    "只有最底层两者相同。目录里的 cache-id 指向 overlay2/<cache-id>/diff,那里才是文件。",
    full=(
        Sentence(
            "Of flannel's seven IDs the first is a directory in `layerdb`: the base's.", "07#first"
        ),
        Sentence("None of the other six is.", "07#see-six"),
        Sentence(
            "Each layer has a directory there under its ChainID, whose `diff` holds the DiffID.",
            "07#all-seven",
        ),
        Sentence(
            "The `cache-id` in it names the directory with the unpacked files.", "07#cache-id"
        ),
    ),
    points=(
        Point("inspect prints DiffIDs", ("diffid",)),
        Point("layerdb goes by ChainID", ("chainid",)),
        Point("Only the base has both alike", ("base|最底层",)),
        Point("cache-id leads to the files", ("cache-id",)),
    ),
    false=(
        FalseAnswer(
            "`find` shows where a layer is stored.",
            "It finds a note of 140 bytes: which blob digest belongs to that DiffID.",
            "07#see-hit",
        ),
    ),
    follow_ups=(
        FollowUp(
            "Is a cache-id a hash of anything?",
            "No, it is random.",
        ),
        FollowUp(
            "Is the merged image stored somewhere?",
            "No. The layers stay apart, and a mount joins them while a container runs.",
        ),
    ),
)

L07_5 = Question(
    key="L07-5",
    lesson="07",
    stars=2,
    asks="How is a ChainID computed, and what is it for?",
    zh="ChainID 怎么计算?有什么用?",
    short="For the base it is the DiffID. Above, it is the SHA-256 of one line: the ChainID "
    "below, one space, the DiffID, and no newline. It names a layer together with all below "
    "it, and that is what the classic store keeps.",
    short_zh="最底层的 ChainID 就是 DiffID;往上是对一行文本求 SHA-256:下层的 ChainID、一个空格、"
    "本层 DiffID,没有换行。它表示“这一层连同下面所有层”,传统存储以它为键。",
    full=(
        Sentence(
            "The hash of flannel's first two DiffIDs in one line begins with e53a4e45baab.",
            "07#see-dir",
        ),
        Sentence("All seven that are computed so are directories in `layerdb`.", "07#all-seven"),
        Sentence("One and the same layer at two heights has two ChainIDs.", "02#see-twice"),
    ),
    points=(
        Point("The base's is its DiffID", ("base|最底层", "diffid")),
        Point("Hash of ChainID below, space, DiffID", ("space|空格",)),
        Point("It names a layer with all below", ("below|下面|下层",)),
    ),
    false=(
        FalseAnswer(
            "The directories of `layerdb` are named by the layers' digests.",
            "The second is called e53a4e45baab, and its DiffID is another.",
            "07#inside",
        ),
    ),
    follow_ups=(
        FollowUp(
            "Why does `echo` give another result than `printf`?",
            "It adds a newline, and that is hashed, too.",
        ),
        FollowUp(
            "Is it written down anywhere?",
            "In no image. In `layerdb` it is a directory's name, and the file `parent` names the "
            "one below.",
        ),
    ),
)

L07_6 = Question(
    key="L07-6",
    lesson="07",
    stars=2,
    asks="What does containerd's image store, the default of a fresh Docker Engine 29, do "
    "otherwise?",
    zh="Docker Engine 29 默认的 containerd 镜像存储有什么不同?",
    short="IMAGE ID is the digest of the manifest, or of the index. The compressed blobs are "
    "kept, under their digests, beside the unpacked layers. There is no `layerdb`. The "
    "names themselves are the same as ever, since they are hashes of the same bytes.",
    short_zh="IMAGE ID 变成 manifest(清单)或索引的摘要;压缩的 blob 会保留,按摘要存放;"
    "不再有 layerdb。各种名字本身不变,因为它们是同样字节的哈希。",
    full=(
        Sentence(
            "The ID that `docker images` prints there is the one behind `Digest:` of the pull.",
            "07#newer",
        ),
        Sentence("There is no `layerdb`, and a search for a DiffID finds nothing.", "07#newer"),
        Sentence("A search for the blob's digest finds the compressed blob.", "07#newer"),
    ),
    points=(
        Point("IMAGE ID is the manifest's digest", ("manifest|清单",)),
        Point("Compressed blobs are kept", ("blob", "compress|压缩")),
        Point("No layerdb", ("layerdb",)),
    ),
    follow_ups=(
        FollowUp(
            "Why are sizes larger there?",
            "SIZE counts the blobs and the unpacked layers.",
        ),
        FollowUp(
            "Is an image on an older engine moved?",
            "No, an engine that is upgraded goes on with its old store.",
        ),
    ),
)

L07_7 = Question(
    key="L07-7",
    lesson="07",
    stars=2,
    asks="What are `diff`, `work` and `merged` below `/var/lib/docker/overlay2`?",
    zh="/var/lib/docker/overlay2 下的 diff、work、merged 目录分别是什么?",
    short="`diff` holds a layer's files: an image's, to be mounted as lower, or a container's, as "
    "upper. `work` is the kernel's own, needed for the mount. `merged` is the mount point, "
    "where the container's tree is, and there is one only as long as the container runs.",
    short_zh="diff 存放一层的文件:镜像层作为 lower,容器层作为 upper;work 是内核自用的工作目录;"
    "merged 是挂载点,容器看到的合并目录,只在容器运行时存在。",
    full=(
        Sentence("The files of an image layer are in its `diff`.", "07#small"),
        Sentence(
            "A container has an upper `diff`, a `work` and a `merged`; lower are `-init` and the "
            "image's.",
            "08#q3-mount",
        ),
        Sentence(
            "`merged` is there while a container runs, and neither before nor after.", "07#merged"
        ),
    ),
    points=(
        Point("diff: a layer's files", ("diff",)),
        Point("work: the kernel's own", ("work",)),
        Point("merged: the mount point", ("merged", "mount|挂载")),
        Point("Only while the container runs", ("run|运行",)),
    ),
    false=(
        FalseAnswer(
            "The union file system merges the layers into one image file.",
            "There is no such file. A mount shows them as one, until the container ends.",
            "07#merged",
        ),
    ),
    follow_ups=(
        FollowUp(
            "What is in `overlay2/l`?",
            "Short links to the `diff` directories. They keep the options of the mount short.",
        ),
        FollowUp(
            "Who owns the files there?",
            "The owner inside, by number. With user namespaces the numbers are shifted.",
        ),
    ),
)
