# Footnote in a container, set up by the same make targets as everywhere. See docs/server.md.
FROM python:3.12-slim

RUN apt-get update -qq \
    && apt-get install -y -qq --no-install-recommends make \
    && rm -rf /var/lib/apt/lists/*

WORKDIR /footnote
COPY Makefile pyproject.toml README.md LICENSE requirements.lock requirements-reader.lock ./
COPY index index
COPY rag rag
COPY ui ui
RUN make install
COPY seeds seeds

RUN useradd --create-home footnote && mkdir /index && chown footnote /index /footnote
USER footnote
ENV FOOTNOTE_HOST=0.0.0.0 \
    FOOTNOTE_INDEX=/index/footnote \
    FOOTNOTE_CORPUS=/footnote/seeds
VOLUME /index
EXPOSE 7860
CMD ["make", "chat"]
