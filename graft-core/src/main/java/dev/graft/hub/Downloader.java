package dev.graft.hub;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Downloads files of a model hub over HTTP. What has arrived lies in {@code <file>.part}, with its entity tag in
 * {@code <file>.tag}, and a later try goes on from there while the server still has the same bytes.
 */
final class Downloader {
    private static final int TRIES = 5;
    private static final int REDIRECTS = 10;
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    private final Endpoint endpoint;
    private final Duration pause;
    private final Duration patience;
    private final DownloadProgress progress;
    private final HttpClient client = HttpClient.newBuilder()
            .followRedirects(HttpClient.Redirect.NEVER) // the client would send the token on to other hosts
            .connectTimeout(PATIENCE)
            .build();

    /** @param pause how long to wait before the second try; each later wait is twice as long */
    Downloader(Endpoint endpoint, Duration pause, DownloadProgress progress) {
        this(endpoint, pause, PATIENCE, progress);
    }

    /** @param patience how long a server may send nothing before the connection is given up */
    Downloader(Endpoint endpoint, Duration pause, Duration patience, DownloadProgress progress) {
        this.endpoint = endpoint;
        this.pause = pause;
        this.patience = patience;
        this.progress = progress;
    }

    /**
     * A file that has arrived.
     *
     * @param commit the commit that the hub took it from, where it says so
     */
    record Fetched(Optional<String> commit) {}

    /** A failure that may pass: the download is tried again. */
    private static final class Passing extends IOException {
        private static final long serialVersionUID = 1;

        private final Duration wait;

        Passing(String message) {
            this(message, Duration.ZERO);
        }

        /** @param wait how long the server asks to be left alone */
        Passing(String message, Duration wait) {
            super(message);
            this.wait = wait;
        }
    }

    /**
     * Downloads one file.
     *
     * @param path below the endpoint's address
     * @return empty when the server has no such file
     * @throws HubException when the server refuses, keeps failing, or sends other bytes than it announced
     */
    Optional<Fetched> fetch(String path, Path target) {
        URI address = endpoint.resolve(path);
        Duration wait = pause;
        for (int attempt = 1; ; attempt++, wait = wait.multipliedBy(2)) {
            try {
                return tryOnce(address, target);
            } catch (IOException e) {
                if (attempt == TRIES) {
                    throw new HubException(
                            address + " could not be downloaded in " + TRIES + " tries: " + e.getMessage()
                                    + "; check the network and run the command again, what has arrived is kept",
                            e);
                }
                sleep(e instanceof Passing passing && passing.wait.compareTo(wait) > 0 ? passing.wait : wait);
            }
        }
    }

    private Optional<Fetched> tryOnce(URI address, Path target) throws IOException {
        Path part = sibling(target, ".part");
        Path tag = sibling(target, ".tag");
        boolean resumes = Files.exists(part) && Files.exists(tag);
        HttpRequest.Builder request = HttpRequest.newBuilder();
        if (resumes) {
            request.header("Range", "bytes=" + Files.size(part) + "-").header("If-Range", Files.readString(tag));
        }
        try (Answer answer = ask(address, request)) {
            switch (answer.status()) {
                case 200 -> restart(answer, part, tag);
                case 206 -> checkRange(answer, part);
                case 404 -> {
                    return Optional.empty();
                }
                case 416 -> requireComplete(answer, part, tag);
                default -> throw refused(answer);
            }
            if (answer.status() != 416) {
                append(answer, part, target);
            }
            check(answer, part);
            Files.move(part, target, StandardCopyOption.ATOMIC_MOVE);
            Files.deleteIfExists(tag);
            return Optional.of(new Fetched(answer.header("X-Repo-Commit")));
        }
    }

    private Answer ask(URI address, HttpRequest.Builder request) throws IOException {
        List<HttpResponse<InputStream>> responses = new ArrayList<>();
        URI next = address;
        while (responses.size() <= REDIRECTS) {
            HttpRequest.Builder hop = request.copy().uri(next).timeout(PATIENCE).header("User-Agent", "graft");
            if (endpoint.token() != null && endpoint.owns(next)) {
                hop.header("Authorization", "Bearer " + endpoint.token());
            }
            HttpResponse<InputStream> response = send(hop.build());
            responses.add(response);
            Optional<String> location = response.headers().firstValue("Location");
            if (response.statusCode() / 100 != 3 || location.isEmpty()) {
                return new Answer(responses);
            }
            response.body().close();
            next = redirect(next, location.get());
        }
        throw new HubException(address + " leads to more than " + REDIRECTS + " redirects; check HF_ENDPOINT");
    }

    private static URI redirect(URI from, String location) {
        URI to;
        try {
            to = from.resolve(location);
        } catch (IllegalArgumentException e) {
            throw new HubException(from + " leads to what is no address: " + location + "; check HF_ENDPOINT", e);
        }
        boolean downgrade = "https".equalsIgnoreCase(from.getScheme()) && !"https".equalsIgnoreCase(to.getScheme());
        if (downgrade || to.getHost() == null) {
            throw new HubException(from + " leads to " + to + ", which is not a secure address; check HF_ENDPOINT");
        }
        return to;
    }

    private HttpResponse<InputStream> send(HttpRequest request) throws IOException {
        try {
            return client.send(request, HttpResponse.BodyHandlers.ofInputStream());
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private static void restart(Answer answer, Path part, Path tag) throws IOException {
        Files.deleteIfExists(part);
        Files.deleteIfExists(tag);
        Files.createFile(part);
        Optional<String> strong = answer.strongTag();
        if (strong.isPresent()) {
            Files.writeString(tag, strong.get());
        }
    }

    private static void checkRange(Answer answer, Path part) throws IOException {
        String expected = "bytes " + Files.size(part) + "-";
        String range = answer.header("Content-Range").orElse("nothing");
        if (!range.startsWith(expected)) {
            Files.delete(part);
            throw new Passing("the server was asked for " + expected + " and sent " + range);
        }
    }

    /** There is nothing after the bytes that arrived: either they are all, or they belong to another file. */
    private static void requireComplete(Answer answer, Path part, Path tag) throws IOException {
        if (answer.size().orElse(-1) != Files.size(part)) {
            Files.deleteIfExists(tag);
            throw new Passing("the server cannot go on where the download stopped");
        }
    }

    private void append(Answer answer, Path part, Path target) throws IOException {
        long total = answer.size().orElse(-1);
        long done = Files.size(part);
        byte[] buffer = new byte[1 << 16];
        try (OutputStream out = Files.newOutputStream(part, StandardOpenOption.APPEND)) {
            for (int read = answer.read(buffer, patience); read >= 0; read = answer.read(buffer, patience)) {
                write(out, buffer, read, part);
                done += read;
                progress.advanced(target.getFileName().toString(), done, total);
            }
        }
        if (total >= 0 && done != total) {
            throw new Passing(done + " bytes arrived of " + total);
        }
    }

    /** Writing again after a pause helps against no full disk, so that this ends the download. */
    private static void write(OutputStream out, byte[] buffer, int length, Path part) {
        try {
            out.write(buffer, 0, length);
        } catch (IOException e) {
            throw new HubException(
                    "%s: cannot be written: %s; make room and run the command again, what has arrived is kept"
                            .formatted(part, e.getMessage()),
                    e);
        }
    }

    private static void check(Answer answer, Path part) throws IOException {
        Optional<String> announced = answer.sha256();
        if (announced.isEmpty()) {
            return;
        }
        String found = Sha256.of(part);
        if (!found.equals(announced.get())) {
            Files.delete(part);
            throw new HubException(answer.address() + " arrived with SHA-256 " + found + ", but the hub announces "
                    + announced.get() + "; it was damaged or changed on its way and is deleted: run the command again,"
                    + " and if it happens again, distrust the network or the mirror");
        }
    }

    private HubException refused(Answer answer) throws IOException {
        int status = answer.status();
        if (status == 429 || status >= 500) {
            throw new Passing(
                    "the server answers " + status
                            + (status == 429 ? " (too many requests; a token in HF_TOKEN raises the limit)" : ""),
                    retryAfter(answer));
        }
        String reason =
                answer.header("X-Error-Message").map(text -> " (" + text + ")").orElse("");
        if (status == 401 || status == 403) {
            return new HubException(answer.address() + " is refused with " + status + reason + ": the model does not"
                    + " exist, is private, or its terms must be accepted on its page at " + endpoint + "; "
                    + (endpoint.token() == null
                            ? "set HF_TOKEN to your access token"
                            : "check that your token may read it"));
        }
        return new HubException(answer.address() + " is answered with status " + status + reason
                + "; check the id and HF_ENDPOINT (" + endpoint + ")");
    }

    private static Duration retryAfter(Answer answer) {
        String seconds = answer.header("Retry-After").orElse("");
        Duration asked = seconds.matches("\\d{1,9}") ? Duration.ofSeconds(Long.parseLong(seconds)) : Duration.ZERO;
        return asked.compareTo(PATIENCE) > 0 ? PATIENCE : asked;
    }

    private static void sleep(Duration time) {
        try {
            Thread.sleep(time);
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private static HubException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        return new HubException("the download was interrupted; run the command again to go on", e);
    }

    private static Path sibling(Path target, String ending) {
        return target.resolveSibling(target.getFileName() + ending);
    }
}
