"""Lesson 02: the names that layers and images go by, and when they change."""

from layerlab.course.question import FalseAnswer, FollowUp, Point, Question, Sentence

L02_1 = Question(
    key="L02-1",
    lesson="02",
    stars=4,
    asks="DiffID, layer digest, ChainID, image ID, manifest digest: what is each of them the hash "
    "of?",
    zh="DiffID、层摘要、ChainID、镜像 ID、manifest 摘要分别是什么的哈希?",
    short="DiffID: a layer's plain tar. Layer digest: the blob as it is stored, mostly gzipped. "
    "ChainID: the ChainID below and the DiffID, so a layer with all that it lies on. Image "
    "ID: the config. Manifest digest: the manifest, which lists config and blobs.",
    short_zh="DiffID 是未压缩 tar 的哈希;层摘要是压缩后 blob 的哈希;"
    "ChainID 由下层的 ChainID 和本层 DiffID 计算;镜像 ID 是配置 JSON 的哈希;"
    "manifest 摘要是清单 JSON 的哈希。",
    full=(
        Sentence("The DiffID is the SHA-256 of a layer's uncompressed tar.", "02#diff-id"),
        Sentence(
            "The layer digest is that of the compressed bytes; unpacked, they give the DiffID "
            "again.",
            "02#blob-digest",
        ),
        Sentence(
            "The ChainID is the hash of one line: the ChainID below, a space, the DiffID. The "
            "base's is its DiffID.",
            "02#chain-id",
        ),
        Sentence(
            "The image ID is the hash of the config, which lists the DiffIDs; the manifest lists "
            "the config, and no DiffID.",
            "02#image-id",
        ),
    ),
    points=(
        Point("DiffID: the plain tar", ("diffid", "tar|uncompressed|未压缩")),
        Point("Layer digest: the compressed blob", ("compress|gzip|压缩",)),
        Point("ChainID: the layer with all below it", ("chainid", "below|stack|lies on|下层|以下")),
        Point("Image ID: the config", ("config|配置",)),
        Point("Manifest digest: the manifest", ("manifest|清单",)),
    ),
    false=(
        FalseAnswer(
            "The image ID is the hash of the image's layers.",
            "It is that of the config's bytes. The layers count since the config lists their "
            "DiffIDs.",
            "02#image-id",
        ),
    ),
    follow_ups=(
        FollowUp(
            "Where are the ChainIDs listed?",
            "Neither in the config nor in the manifest. They are computed from the DiffIDs.",
        ),
        FollowUp(
            "Why hashes at all?",
            "Equal content has an equal name. So it is stored and sent once, and damage shows.",
        ),
    ),
)

L02_2 = Question(
    key="L02-2",
    lesson="02",
    stars=4,
    asks="What do the lines of `docker pull` mean, and what is the digest at its end?",
    zh="docker pull 输出的每一行是什么意思?最后的 Digest 又是什么?",
    short="One line for each layer, the base first, named by the first 12 digits of its "
    "compressed blob's digest. `Already exists` means that the layer, on all that is below "
    "it, is here. `Digest:` is the hash of the manifest: the name of exactly this image in "
    "the registry.",
    short_zh="每行是一层,从底层开始,名字是压缩 blob 摘要的前 12 位。"
    "Already exists 表示该层(连同其下各层)本地已有。Digest 是 manifest(清单)的哈希。",
    full=(
        Sentence(
            "The pull of flannel prints seven lines, and flannel has seven layers.", "02#pull"
        ),
        Sentence("The numbers name compressed blobs: none of them is a DiffID.", "02#see-numbers"),
        Sentence(
            "`Already exists` is said of a layer that is here, such as the base that the shop and "
            "the blog share.",
            "06#see-blog",
        ),
        Sentence(
            "Pulled again, the image has the same digest, and nothing is fetched.", "02#pull-again"
        ),
    ),
    points=(
        Point("A line for each layer", ("layer|层",)),
        Point("Named by the compressed blob", ("compress|blob|压缩",)),
        Point("Already exists: it is here", ("already|已有|已存在",)),
        Point("The digest is the manifest's", ("manifest|清单",)),
    ),
    false=(
        FalseAnswer(
            "The numbers are those that `docker inspect` prints.",
            "Inspect prints DiffIDs, hashes of what is unpacked. No number is in both lists.",
            "02#see-numbers",
        ),
    ),
    follow_ups=(
        FollowUp(
            "Why pull by digest and not by tag?",
            "A tag may point to another image tomorrow. A digest can't.",
        ),
        FollowUp(
            "And if the image is there for several platforms?",
            "Then the digest is that of the index, a list with a manifest for each platform.",
        ),
        FollowUp(
            "How many layers are fetched at a time?",
            "Three are downloaded at a time. They are unpacked one by one, the base first.",
        ),
    ),
)

L02_3 = Question(
    key="L02-3",
    lesson="02",
    stars=3,
    asks="An image's layers are compressed anew. Which IDs change, and which don't?",
    zh="把镜像各层重新压缩后,哪些 ID 会变,哪些不变?",
    short="The blob digests change, and with them the manifest's digest. DiffIDs, ChainIDs and "
    "image ID stay: they are hashes of unpacked content and of the config. So one and the "
    "same image may have different digests in two registries.",
    short_zh="各层 blob 的摘要会变,manifest 摘要随之改变。DiffID、ChainID 和镜像 ID 不变,"
    "因为它们是未压缩内容和配置的哈希。所以同一镜像在两个仓库里的 digest 可能不同。",
    full=(
        Sentence(
            "With `gzip -9` four of eleven names change: blob digests, and the manifest's digest.",
            "02#see-gzip",
        ),
        Sentence("The unpacked bytes are the same, and so the DiffID is.", "02#blob-digest"),
        Sentence(
            "The image ID is the hash of the config, and the config lists DiffIDs.", "02#image-id"
        ),
    ),
    points=(
        Point("The blob digests change", ("blob|compress|压缩", "chang|变")),
        Point("And so does the manifest's", ("manifest|清单",)),
        Point("DiffIDs and image ID stay", ("diffid", "stay|same|unchanged|不变")),
    ),
    follow_ups=(
        FollowUp(
            "Does gzip give the same bytes everywhere?",
            "No, other programs, versions and levels give others. So compare DiffIDs, and never "
            "compute a blob's digest anew.",
        ),
        FollowUp(
            "And with zstd?",
            "The same: other blobs, the same layers.",
        ),
    ),
)

L02_4 = Question(
    key="L02-4",
    lesson="02",
    stars=3,
    asks="Two layers have the very same content. Are they stored once?",
    zh="两个层的内容完全相同,会只存一份吗?",
    short="A registry stores equal blobs once. Docker's classic store goes by ChainID, so the "
    "same layer on another base is stored again. Equal content means an equal DiffID, and "
    "no more than that.",
    short_zh="镜像仓库里相同的 blob 只存一份。Docker 传统存储按 ChainID 存放,"
    "所以相同的层叠在不同的基础上会再存一份。内容相同只意味着 DiffID 相同。",
    full=(
        Sentence(
            "Two equal steps, one on the other, give one DiffID and two ChainIDs.", "02#see-twice"
        ),
        Sentence(
            "On another base the engine keeps the layer twice, the registry its blob once.",
            "02#two-bases",
        ),
        Sentence(
            "When the base changes, the layer above keeps its DiffID, and its ChainID is another.",
            "02#update",
        ),
    ),
    points=(
        Point("A registry: once", ("registry|仓库",)),
        Point("The classic store: once for each ChainID", ("chainid|on another base|不同的基础",)),
        Point("Equal content, equal DiffID", ("diffid", "content|equal|same|内容|相同")),
    ),
    false=(
        FalseAnswer(
            "Every layer has an ID that no other has.",
            "Two layers of the same bytes have the same DiffID.",
            "02#see-twice",
        ),
    ),
    follow_ups=(
        FollowUp(
            "Why does the store care what lies below?",
            "A layer is a difference. A driver such as btrfs unpacks it into a snapshot of the "
            "stack beneath.",
        ),
    ),
)
