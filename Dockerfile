# The program alone: it needs neither git nor a shell. Mount what is to be scanned.
FROM golang:1.26 AS build
WORKDIR /deputy
COPY . .
RUN CGO_ENABLED=0 go build -trimpath -o /bin/deputy ./cmd/deputy

FROM scratch
COPY --from=build /bin/deputy /bin/deputy
ENV PATH=/bin
ENTRYPOINT ["/bin/deputy"]
