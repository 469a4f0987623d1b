"""Lesson 04: what instructions leave, stages, cleaning up, secrets, and the context."""

from layerlab.course.question import FalseAnswer, FollowUp, Point, Question, Sentence

L04_1 = Question(
    key="L04-1",
    lesson="04",
    stars=5,
    asks="Which Dockerfile instructions make a layer?",
    zh="哪些 Dockerfile 指令会产生镜像层?",
    short="Those that change files: RUN, COPY, ADD, and WORKDIR when it makes its directory. The "
    "others, such as ENV, CMD, LABEL, USER or HEALTHCHECK, write into the config. Where "
    "nothing changed, the classic builder makes no layer; BuildKit makes one for each RUN "
    "and COPY all the same.",
    short_zh="改变文件的指令:RUN、COPY、ADD,以及新建目录时的 "
    "WORKDIR。ENV、CMD、LABEL、USER、HEALTHCHECK 等只写入配置。"
    "没有改动时传统构建器不产生层,BuildKit 仍会产生。",
    full=(
        Sentence(
            "`CMD` made no layer: its row of the history says so, and the config has the command.",
            "04#base-layer",
        ),
        Sentence(
            "`ENV`, `VOLUME` and `USER` make none, and a `WORKDIR` only the first time.",
            "04#see-kinds",
        ),
        Sentence(
            "`RUN true` makes none with the classic builder, a `chmod` a layer of the whole file.",
            "04#see-kinds",
        ),
        Sentence(
            "BuildKit makes a layer for every `RUN` and `WORKDIR`, empty or not.",
            "04#buildkit-kinds",
        ),
    ),
    points=(
        Point("RUN, COPY and ADD", ("run", "copy|add")),
        Point("WORKDIR, if it makes the directory", ("workdir",)),
        Point("The others write into the config", ("config|metadata|配置|元数据",)),
        Point("Classic builder and BuildKit differ", ("buildkit",)),
    ),
    false=(
        FalseAnswer(
            "Every instruction makes a layer.",
            "Of these nine three do.",
            "04#see-kinds",
        ),
    ),
    follow_ups=(
        FollowUp(
            "COPY or ADD?",
            "Both make a layer. ADD also unpacks a local tar, and fetches from a URL. Take COPY "
            "unless that's what you want.",
        ),
        FollowUp(
            "How many layers may an image have?",
            "Docker stacks 125.",
        ),
    ),
)

L04_2 = Question(
    key="L04-2",
    lesson="04",
    stars=5,
    asks="What is a multi-stage build, and what is it good for?",
    zh="什么是多阶段构建?有什么好处?",
    short="Several FROMs in one Dockerfile. Each begins a stage, the last one is the image, and "
    "`COPY --from` fetches files from an earlier one. Compiler and sources were never in "
    "the last stage, so the image is small, and there is nothing to delete.",
    short_zh="一个 Dockerfile 里有多个 FROM,每个开始一个阶段,最后一个阶段就是镜像,"
    "用 COPY --from 从前面的阶段复制文件。编译器和源码不会进入结果,所以镜像小。",
    full=(
        Sentence(
            "With the compiler 202MB came on top of Debian, with a second stage 2MB.",
            "04#see-stages",
        ),
        Sentence(
            "A change of the page leaves the stage with the compiler alone; a change of the "
            "source runs it again.",
            "04#stages-cache",
        ),
        Sentence(
            "A stage that the result doesn't need is left out by BuildKit, and run by the classic "
            "builder.",
            "04#stages-skipped",
        ),
        Sentence(
            "On the machine that builds the first stage stays, as cache, until you prune.",
            "04#smaller-df",
        ),
    ),
    points=(
        Point("Several stages, the last one is the image", ("stage|阶段",)),
        Point("COPY --from", ("copy|复制",)),
        Point("Build tools stay behind", ("compiler|tool|编译|工具",)),
        Point("A small result", ("small|size|MB|小",)),
    ),
    false=(
        FalseAnswer(
            "Multi-stage builds are faster.",
            "Here they ran four steps, and the single stage three. What is small is the result.",
            "04#smaller",
        ),
    ),
    follow_ups=(
        FollowUp(
            "How do you build one stage alone?",
            "`docker build --target NAME`.",
        ),
        FollowUp(
            "Can `COPY --from` take files from another image?",
            "Yes, it takes the name of an image as well as that of a stage.",
        ),
    ),
)

L04_3 = Question(
    key="L04-3",
    lesson="04",
    stars=4,
    asks="Why does a file that a later RUN deletes leave the image as large as it was, and what "
    "helps?",
    zh="为什么在后面的 RUN 里删除文件,镜像不会变小?该怎么做?",
    short="The later layer hides the file with a whiteout. The layer that has it is stored and "
    "sent as before. Delete in the RUN that makes the file, or never let it into the image: "
    "with `.dockerignore`, or in a stage of its own.",
    short_zh="后面的层只是用 whiteout(删除标记)把文件隐藏,原来的层照样存储和传输。"
    "应当在产生文件的同一个 RUN 里删除,或用 .dockerignore、单独的阶段,"
    "让它根本不进入镜像。",
    full=(
        Sentence(
            "Lists of packages that a later RUN deletes leave the image at 149MB; deleted in the "
            "same RUN, at 129MB.",
            "04#see-clean",
        ),
        Sentence(
            "The later step weighs 0 bytes and has nine whiteouts; the install below keeps its "
            "32.6MB.",
            "04#hidden",
        ),
        Sentence("What COPY brought no RUN gets out: it is in the layer of COPY.", "09#see-merged"),
        Sentence(
            "Merging helps where one command deletes or rewrites what the other wrote, and "
            "nowhere else.",
            "04#see-merge",
        ),
    ),
    points=(
        Point("A whiteout only hides", ("whiteout|hides|hidden|白障|删除标记|隐藏",)),
        Point("The lower layer stays", ("stor|stay|layer|存储|保留",)),
        Point("Delete in the same RUN", ("same run|run that makes|同一",)),
        Point("Or keep it out: another stage, .dockerignore", ("stage|dockerignore|阶段",)),
    ),
    false=(
        FalseAnswer(
            "Merging instructions always makes an image smaller.",
            "Two RUNs that only add files weigh the same merged.",
            "04#see-merge",
        ),
    ),
    follow_ups=(
        FollowUp(
            "How do you find such files in a finished image?",
            "Look for what a layer has and no container sees: `dive` or `layerlab waste`.",
        ),
        FollowUp(
            "Would squashing help?",
            "It drops what is hidden, and the sharing with it: even the base is pushed anew.",
        ),
    ),
)

L04_4 = Question(
    key="L04-4",
    lesson="04",
    stars=4,
    asks="How do you keep a secret out of an image?",
    zh="怎样避免把密码、密钥留在镜像里?",
    short="Never COPY it, and never put it into ARG or ENV: layers keep what a later step "
    "deletes, and history and config print the rest. BuildKit's `RUN --mount=type=secret` "
    "shows it to one step, and stores it nowhere. A secret that was published must be "
    "changed.",
    short_zh="不要用 COPY 放进去,也不要写进 ARG 或 ENV:层里会留下被删除的内容,历史和配置人人可见。"
    "用 BuildKit 的 RUN --mount=type=secret 挂载。已经泄露的密钥必须更换。",
    full=(
        Sentence(
            "A token that was copied in and deleted later is in its layer, for everybody to read.",
            "04#secret",
        ),
        Sentence(
            "So it is in a real image: the last instruction deletes the token, and layer 2 has it.",
            "09#see-secret",
        ),
        Sentence("What ENV sets is in the config.", "02#see-kernel"),
        Sentence(
            "With a secret mount the page is made, and no file of any layer has the token in it.",
            "09#mounted",
        ),
    ),
    points=(
        Point("A layer keeps what is deleted later", ("layer|层", "delet|删除")),
        Point("ARG and ENV can be read", ("arg|env", "history|config|历史|配置")),
        Point("A secret mount", ("mount|挂载",)),
        Point("Change what was published", ("chang|rotat|revok|更换|轮换",)),
    ),
    false=(
        FalseAnswer(
            "I deleted the secret in the next RUN, so it's gone.",
            "That RUN wrote a whiteout. The layer below has the token.",
            "09#see-secret",
        ),
    ),
    follow_ups=(
        FollowUp(
            "Is a private registry enough?",
            "No. Everybody who may pull the image can read it, and so can who gets at its disk.",
        ),
        FollowUp(
            "And a secret at run time?",
            "It is none of the image's business: mount it into the container, as Docker's and "
            "Kubernetes' secrets do.",
        ),
    ),
)

L04_5 = Question(
    key="L04-5",
    lesson="04",
    stars=3,
    asks="What is the build context, and what does `.dockerignore` do?",
    zh="什么是构建上下文?.dockerignore 有什么作用?",
    short="The context is the directory that you hand to the builder; COPY takes its files from "
    "there, and from nowhere else on your disk. `.dockerignore` says what isn't sent: less "
    "to send, less in the image, fewer misses of the cache, and no secret by accident.",
    short_zh="上下文是交给构建器的目录,COPY 只能从中取文件。.dockerignore 指定哪些不发送:发送得少,"
    "镜像里少,缓存失效少,也不会误带密钥。",
    full=(
        Sentence(
            "Without it `.git` and a log are sent, 2.3MB, and `COPY .` puts them into the image; "
            "with it 4kB.",
            "04#dockerignore",
        ),
        Sentence(
            "The Dockerfile and `.dockerignore` itself come along, unless they are named in it.",
            "04#dockerignore",
        ),
        Sentence(
            "From the shop's image 21 files and directories of its context can be had back.",
            "09#files",
        ),
        Sentence(
            "A COPY misses the cache when a file that it copies has changed, and so does all "
            "above it.",
            "04#see-parent",
        ),
    ),
    points=(
        Point("The directory that the builder gets", ("context|上下文",)),
        Point("Less to send", ("send|sent|发送",)),
        Point("Less in the image", ("image|镜像",)),
        Point("Fewer cache misses", ("cache|miss|缓存",)),
    ),
    follow_ups=(
        FollowUp(
            "Which pattern wins?",
            "The last that matches. One with `!` takes files back in.",
        ),
        FollowUp(
            "Does BuildKit send the whole directory?",
            "Only what a step asks for, and never what is ignored.",
        ),
    ),
)
