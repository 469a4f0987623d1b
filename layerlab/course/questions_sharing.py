"""Lesson 06: which layers images share on disk, over the wire and in memory."""

from layerlab.course.question import FalseAnswer, FollowUp, Point, Question, Sentence

L06_1 = Question(
    key="L06-1",
    lesson="06",
    stars=4,
    asks="When do two images share a layer on disk, and what is saved by it?",
    zh="两个镜像什么时候在磁盘上共享镜像层?能省多少?",
    short="When both begin with it: the same layer, on the same layers, down to the base. The "
    "classic store keeps one copy for each ChainID. So the same files on another base are "
    "stored again. No image's SIZE gets smaller; the total on disk does.",
    short_zh="两个镜像从基础层开始、到这一层为止完全相同,才会共享。存储按 ChainID 每个只存一份;"
    "换了基础层就要再存一份。单个镜像的 SIZE 不变,变小的是磁盘总量。",
    full=(
        Sentence(
            "Three images take 10.5MB on disk; their sizes add up to more than twice as much.",
            "06#see-disk",
        ),
        Sentence(
            "Of their eight layers the store has five: the base serves three images, the runtime "
            "two.",
            "06#matrix",
        ),
        Sentence(
            "The shop on a patched base has two of the old DiffIDs, and not one ChainID.", "06#ids"
        ),
        Sentence("So it shares nothing: the store grows by all of its 8.5MB.", "06#see-chain"),
    ),
    points=(
        Point("Both images begin with it", ("begin|base|基础",)),
        Point("By ChainID", ("chainid",)),
        Point("The same layer on another base is stored again", ("again|another base|再存|换了",)),
        Point("The total gets smaller, and no image", ("total|disk|总量|磁盘",)),
    ),
    false=(
        FalseAnswer(
            "Sharing makes an image smaller.",
            "SIZE is shared and unique together: for the shop 8MB and 500kB.",
            "06#df-v",
        ),
    ),
    follow_ups=(
        FollowUp(
            "What does an image of one layer share?",
            "Nothing, unless with its exact twin.",
        ),
        FollowUp(
            "And in a registry?",
            "There equal blobs are kept once, whatever they lie on.",
        ),
    ),
)

L06_2 = Question(
    key="L06-2",
    lesson="06",
    stars=4,
    asks="Which layers does the pull of a new version of an image download?",
    zh="拉取镜像的新版本时,会下载哪些层?",
    short="All from the first layer that is missing upward. Of those below it the pull says "
    "`Already exists`. Above a changed base everything comes again, though the same bytes "
    "may be here: the classic engine keeps unpacked trees and no blobs. A push, in turn, "
    "sends what the registry lacks, blob by blob.",
    short_zh="从第一个缺少的层开始,往上全部下载;它下面的层显示 Already exists。基础层变了,"
    "上面的层即使内容相同也要重新下载,因为本地只保存解压后的目录,"
    "没有 blob。推送则按 blob,只传仓库没有的。",
    full=(
        Sentence(
            "The blog lies on the shop's base: one line `Already exists`, one layer that comes.",
            "06#see-blog",
        ),
        Sentence(
            "On a new base all three layers come, two of which are byte for byte here.",
            "06#see-upgrade",
        ),
        Sentence(
            "A new app moves 285kB, a new base 4.84MB, as much as the first pull.", "06#upgrades"
        ),
        Sentence(
            "The push of the same image sends one layer: two already exist in the registry.",
            "06#push",
        ),
    ),
    points=(
        Point("From the first missing layer up", ("missing|lacks|缺少",)),
        Point("Below it: Already exists", ("already|exists",)),
        Point("A new base brings everything", ("base|基础",)),
        Point("A push goes by blobs", ("push|推送", "blob")),
    ),
    false=(
        FalseAnswer(
            "A pull downloads the layers that have changed, and no others.",
            "Two of these three have not, and come.",
            "06#see-upgrade",
        ),
    ),
    follow_ups=(
        FollowUp(
            "How do you arrange layers for cheap updates?",
            "What seldom changes lies low; what changes with each release is on top, and small.",
        ),
        FollowUp(
            "Does containerd's image store do better?",
            "It keeps the compressed blobs, so it has what it needs to unpack a layer on another "
            "base.",
        ),
    ),
)

L06_3 = Question(
    key="L06-3",
    lesson="06",
    stars=3,
    asks="Do containers of one image share memory?",
    zh="同一镜像的多个容器会共享内存吗?",
    short="With overlay2, yes, what they read of the image. A lower file is one file on the host, "
    "so its pages are in the page cache once. No image is loaded as a whole. What is copied "
    "up is another file, with pages of its own, and a program's heap is never shared.",
    short_zh="使用 overlay2 时,读取镜像文件的内存页是共享的:下层文件在主机上是同一个文件,"
    "在页缓存里只有一份。镜像不会整体加载。复制到容器层的文件有自己的页,"
    "程序的堆内存不共享。",
    full=(
        Sentence(
            "Ten containers read a library, and 489 pages of it are in memory, not ten times as "
            "many.",
            "06#see-memory",
        ),
        Sentence("One container appends a byte: its copy brings 489 pages more.", "06#see-own"),
        Sentence("What a container opens is the layer's own file.", "05#read-open"),
    ),
    points=(
        Point("Page cache: a lower file is there once", ("page|页缓存|内存页",)),
        Point("Since it is one file on the host", ("one file|same file|同一个文件",)),
        Point("No image is loaded as a whole", ("whole|整体",)),
        Point("A copy-up has pages of its own", ("own|自己",)),
    ),
    false=(
        FalseAnswer(
            "The base image is loaded into memory once, and serves all.",
            "Three files are in memory, those that were read. The rest of the base isn't.",
            "06#see-memory",
        ),
    ),
    follow_ups=(
        FollowUp(
            "And with btrfs or devicemapper?",
            "There each container has a file of its own, and the pages are in memory as often as "
            "they are read.",
        ),
        FollowUp(
            "How would you see it on a host?",
            "`fincore FILE` counts the pages of a file in the cache.",
        ),
    ),
)
