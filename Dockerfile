# The command and nothing else: it is static, and its trust anchors are compiled in.
# docs/container.md explains how to build and use the image.
FROM scratch
ARG TARGET=x86_64-unknown-linux-musl
COPY target/${TARGET}/release/bedrill /bedrill
LABEL org.opencontainers.image.title="bedrill" \
      org.opencontainers.image.description="Amazon Bedrock without the AWS SDK" \
      org.opencontainers.image.licenses="MIT OR Apache-2.0"
# Where ~/.aws is looked for: mount it there.
ENV HOME=/home/bedrill
WORKDIR /home/bedrill
# Nobody's number, so that no process is root even where the runtime does not say otherwise.
USER 65532:65532
ENTRYPOINT ["/bedrill"]
