"""Lesson 06: what containers add, what a removal frees, and what a version is."""

from layerlab.course.question import FalseAnswer, FollowUp, Point, Question, Sentence

L06_4 = Question(
    key="L06-4",
    lesson="06",
    stars=4,
    asks="How much space do `docker rmi` and `docker image prune` free?",
    zh="docker rmi 和 docker image prune 能释放多少空间?",
    short="What nothing else stands on: an image's UNIQUE SIZE, not its SIZE. `image prune` takes "
    "dangling images, those without a name; with `-a` all that no container uses. Layers "
    "that another image or container needs stay.",
    short_zh="只释放没有别人使用的部分,即 UNIQUE SIZE,而不是 SIZE。image prune 删除悬空(无标签)镜"
    "像,加 -a 则删除所有没有容器使用的镜像。被其他镜像或容器使用的层保留。",
    full=(
        Sentence(
            "`rmi` of the shop frees 500,000 bytes: its one layer that no other image has.",
            "06#see-rmi",
        ),
        Sentence(
            "`prune -a` removes the two images that no container stands on, and brings 9.5MB.",
            "06#see-prune",
        ),
        Sentence("15.5MB had been called reclaimable: more than came.", "06#reclaimable"),
    ),
    points=(
        Point("What nothing else uses", ("unique|nothing else|没有别人",)),
        Point("prune: dangling images", ("dangling|without a name|untagged|悬空|无标签",)),
        Point("-a: all that no container uses", ("container|容器",)),
        Point("Shared layers stay", ("stay|need|保留",)),
    ),
    false=(
        FalseAnswer(
            "RECLAIMABLE is what a prune brings.",
            "6MB were reclaimable, and the prune brought 0B: two images in use share them.",
            "06#overpromised",
        ),
    ),
    follow_ups=(
        FollowUp(
            "What is a dangling image?",
            "One without a name: its tag has moved on to another build.",
        ),
        FollowUp(
            "Why do builds fill the disk?",
            "Old steps, stages and dangling images stay as cache. `docker builder prune` and "
            "`image prune` clear them.",
        ),
    ),
)

L06_5 = Question(
    key="L06-5",
    lesson="06",
    stars=3,
    asks="What does `virtual` mean in `docker ps -s`, and do ten containers take the image ten "
    "times?",
    zh="docker ps -s 里的 virtual 是什么意思?十个容器会占十份镜像吗?",
    short="The first number is the container's own layer; virtual is that and the image together. "
    "Ten containers list the image ten times, and the disk has it once. What a container "
    "writes comes on top, and no other container sees it.",
    short_zh="第一个数字是容器自己的可写层,virtual 是可写层加上镜像。十个容器列出十次,"
    "磁盘上镜像只有一份。容器写入的内容另算,其他容器看不到。",
    full=(
        Sentence(
            "Ten containers on 8.5MB: each says `0B (virtual 8.5MB)`, and their layers take 0B.",
            "06#see-containers",
        ),
        Sentence(
            "After a write of 30kB one says `30kB (virtual 8.53MB)`, and another doesn't see the "
            "file.",
            "06#write",
        ),
        Sentence("Fifty containers add no byte of image layers.", "05#see-fifty"),
        Sentence(
            "But if each appends a byte to a large file, the disk holds 2.56GB in place of 52MB.",
            "05#fifty-table",
        ),
    ),
    points=(
        Point("Size: the container's own layer", ("own layer|writable|可写层",)),
        Point("Virtual: with the image", ("virtual", "image|镜像")),
        Point("The image is on disk once", ("once|一份",)),
        Point("Others don't see a write", ("other|其他",)),
    ),
    false=(
        FalseAnswer(
            "Each container has a copy of the image.",
            "Fifty of them add nothing to the bytes of the layers.",
            "05#see-fifty",
        ),
    ),
    follow_ups=(
        FollowUp(
            "What takes space besides that?",
            "Volumes, logs of the containers' output, and the build cache: `docker system df` "
            "lists all but the logs.",
        ),
    ),
)

L06_6 = Question(
    key="L06-6",
    lesson="06",
    stars=2,
    asks="Are layers a kind of version control?",
    zh="镜像层算是一种版本控制吗?",
    short="No. A layer is a step of a build: nobody can branch it, merge it or take the middle "
    "one back. Versions are tags and digests of whole images. To go back you run the older "
    "image.",
    short_zh="不算。层只是构建的一步,不能分支、合并,也不能撤回中间某一层。"
    "版本是整个镜像的标签和 digest(摘要);要回退就运行旧镜像。",
    full=(
        Sentence("Each tag names the digest of a whole image.", "06#tags"),
        Sentence(
            "`docker images` shows the versions, `docker history` the steps of one.", "04#versions"
        ),
        Sentence("Another base makes another image, and the old one is what it was.", "06#update"),
    ),
    points=(
        Point("A layer is a step of a build", ("step|一步",)),
        Point("A version is a tag or digest", ("tag|digest|标签|摘要",)),
        Point("Of a whole image", ("whole|整个",)),
        Point("To go back, run the older image", ("back|older|回退|旧镜像",)),
    ),
    follow_ups=(
        FollowUp(
            "What is `latest`?",
            "A tag like any other: the one that is taken if none is given. It needn't be the "
            "newest.",
        ),
        FollowUp(
            "What do you deploy, tag or digest?",
            "The digest, or a tag that nobody moves.",
        ),
    ),
)
