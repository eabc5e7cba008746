# What AWS Batch and ECS run: jobs (docker run --gpus all --env … IMAGE train), and the server, by another entry point.
# It is for linux/amd64, the only system for which ONNX Runtime has a CUDA provider.
# `npm run test:image-steps` does these steps without Docker; a step of a new kind must be made known there.
ARG NODE=24.21.0
ARG CUDA=12.9.1

FROM node:${NODE}-bookworm-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev
# The provider for CUDA 12 is too large for the npm registry; what is for other systems is of no use here.
RUN ONNXRUNTIME_NODE_INSTALL=true node node_modules/onnxruntime-node/script/install.js && \
    test -s node_modules/onnxruntime-node/bin/napi-v6/linux/x64/libonnxruntime_providers_cuda.so && \
    rm -r node_modules/onnxruntime-node/bin/napi-v6/darwin node_modules/onnxruntime-node/bin/napi-v6/win32 \
    node_modules/onnxruntime-node/bin/napi-v6/linux/arm64

FROM nvidia/cuda:${CUDA}-cudnn-runtime-ubuntu24.04
LABEL org.opencontainers.image.title="Sixteen" \
      org.opencontainers.image.description="Trains on a few painted images, and makes labelled ones, on an NVIDIA GPU" \
      org.opencontainers.image.licenses="MIT"
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
RUN groupadd --gid 1001 node && \
    useradd --uid 1001 --gid node --create-home --no-log-init node
WORKDIR /app
COPY --from=packages /usr/local/bin/node /usr/local/bin/node
COPY --from=packages /app/node_modules node_modules
# A library that the provider lacks is noticed here, not by the first job. The driver's comes from the machine.
RUN if ldd node_modules/onnxruntime-node/bin/napi-v6/linux/x64/libonnxruntime_providers_cuda.so | grep 'not found' | grep --invert-match 'libcuda\.so\.1'; then exit 1; fi
# What changes more often comes later.
COPY models models
COPY package.json LICENSE ./
COPY schemas schemas
COPY integrations integrations
COPY functions functions
COPY cli cli
ENV NODE_ENV=production SIXTEEN_DEVICE=cuda
# By its number, which also those can check who have no list of users: it is node.
USER 1001
STOPSIGNAL SIGTERM
# Fails where there is no GPU. Jobs check that by themselves when they begin, since Batch and ECS do not look here.
HEALTHCHECK --interval=10m --timeout=2m --retries=1 \
    CMD ["node", "cli/main.ts", "doctor", "--device", "cuda", "--dir", "/tmp"]
# Node is the first process, so that SIGTERM reaches it: a job then keeps what it has, and ends.
ENTRYPOINT ["node", "functions/gpu/jobs/main.ts"]
