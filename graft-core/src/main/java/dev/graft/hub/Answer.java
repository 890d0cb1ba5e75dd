package dev.graft.hub;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;

/** What a server answered: the last response after redirects, with the headers of those before it. */
final class Answer implements AutoCloseable {
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");
    private final HttpResponse<InputStream> last;
    private final List<HttpResponse<InputStream>> newestFirst;

    Answer(List<HttpResponse<InputStream>> responses) {
        this.newestFirst = new ArrayList<>(responses).reversed();
        this.last = responses.getLast();
    }

    int status() {
        return last.statusCode();
    }

    URI address() {
        return last.uri();
    }

    /**
     * More of the body, as {@link InputStream#read(byte[])}.
     *
     * @param patience how long the server may send nothing before this hangs up
     * @throws HttpTimeoutException where it did
     */
    int read(byte[] buffer, Duration patience) throws IOException {
        AtomicBoolean stalled = new AtomicBoolean();
        CompletableFuture<Boolean> inTime =
                new CompletableFuture<Boolean>().completeOnTimeout(false, patience.toMillis(), TimeUnit.MILLISECONDS);
        inTime.thenAccept(arrived -> {
            if (!arrived) {
                stalled.set(true);
                hangUp();
            }
        });
        try {
            return last.body().read(buffer);
        } catch (IOException e) {
            if (stalled.get()) {
                throw new HttpTimeoutException(
                        "the server sent nothing for %d seconds".formatted(patience.toSeconds()));
            }
            throw e;
        } finally {
            inTime.complete(true);
        }
    }

    /** Ends a read that waits in another thread. */
    private void hangUp() {
        try {
            last.body().close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A header of the response nearest to the file that has it: a hub describes a file where it redirects to it. */
    Optional<String> header(String name) {
        return newestFirst.stream()
                .flatMap(response -> response.headers().firstValue(name).stream())
                .findFirst();
    }

    /** The entity tag of the bytes themselves, when it is a strong one, as resuming needs. */
    Optional<String> strongTag() {
        return last.headers().firstValue("ETag").filter(tag -> tag.startsWith("\""));
    }

    /** The SHA-256 of the whole file, which hubs announce for large files as their entity tag. */
    Optional<String> sha256() {
        return header("X-Linked-Etag")
                .or(() -> header("ETag"))
                .map(tag -> tag.replaceFirst("^W/", "").replace("\"", ""))
                .filter(SHA256.asMatchPredicate());
    }

    /** The size of the whole file, also when only the rest of it is sent, or none is left. */
    OptionalLong size() {
        if (status() == 206 || status() == 416) {
            String range = last.headers().firstValue("Content-Range").orElse("");
            String total = range.substring(range.lastIndexOf('/') + 1);
            return total.matches("\\d{1,18}") ? OptionalLong.of(Long.parseLong(total)) : OptionalLong.empty();
        }
        return last.headers().firstValueAsLong("Content-Length");
    }

    @Override
    public void close() throws IOException {
        last.body().close();
    }
}
