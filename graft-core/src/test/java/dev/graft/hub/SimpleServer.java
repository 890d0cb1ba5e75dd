package dev.graft.hub;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;

/** A small HTTP server on loopback whose answers a test sets by path, and which remembers what it was asked. */
final class SimpleServer implements AutoCloseable {
    private final HttpServer server;
    private final Map<String, Reply> replies = new ConcurrentHashMap<>();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final List<Request> requests = Collections.synchronizedList(new ArrayList<>());

    record Request(String path, Map<String, List<String>> headers) {
        String header(String name) {
            return String.join(",", headers.getOrDefault(name, List.of()));
        }
    }

    /** Writes one answer. */
    @FunctionalInterface
    interface Reply {
        void to(HttpExchange exchange) throws IOException;
    }

    SimpleServer() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", this::handle);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor()); // a reply that stalls holds up no other
        server.start();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().toString();
            requests.add(new Request(path, Map.copyOf(exchange.getRequestHeaders())));
            replies.getOrDefault(path, status(404)).to(exchange);
        }
    }

    URI address() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    void on(String path, Reply reply) {
        replies.put(path, reply);
    }

    List<Request> requests() {
        return List.copyOf(requests);
    }

    List<String> paths() {
        return requests().stream().map(Request::path).toList();
    }

    static Reply status(int status, String... headers) {
        return exchange -> {
            setHeaders(exchange, headers);
            exchange.sendResponseHeaders(status, -1);
        };
    }

    static Reply bytes(byte[] body, String... headers) {
        return exchange -> {
            setHeaders(exchange, headers);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
        };
    }

    static Reply text(String body, String... headers) {
        return bytes(body.getBytes(StandardCharsets.UTF_8), headers);
    }

    /** Announces the whole body, sends its beginning, and hangs up. */
    static Reply cut(byte[] body, int after, String... headers) {
        return exchange -> {
            setHeaders(exchange, headers);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body, 0, after);
            exchange.getResponseBody().flush();
        };
    }

    /** Announces the whole body, sends its beginning, and then nothing until the server is closed. */
    Reply stalled(byte[] body, int after, String... headers) {
        return exchange -> {
            cut(body, after, headers).to(exchange);
            try {
                closed.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        };
    }

    /** Sends what the Range header asks for. */
    static Reply rest(byte[] body, String... headers) {
        return exchange -> {
            setHeaders(exchange, headers);
            int from = Integer.parseInt(
                    exchange.getRequestHeaders().getFirst("Range").replaceAll("\\D", ""));
            exchange.getResponseHeaders()
                    .set("Content-Range", "bytes " + from + "-" + (body.length - 1) + "/" + body.length);
            exchange.sendResponseHeaders(206, body.length - from);
            exchange.getResponseBody().write(body, from, body.length - from);
        };
    }

    /** One reply after another; the last one stays. */
    static Reply inTurn(Reply... replies) {
        List<Reply> left = new ArrayList<>(List.of(replies));
        return exchange -> (left.size() > 1 ? left.removeFirst() : left.getFirst()).to(exchange);
    }

    private static void setHeaders(HttpExchange exchange, String... headers) {
        for (int i = 0; i < headers.length; i += 2) {
            exchange.getResponseHeaders().set(headers[i], headers[i + 1]);
        }
    }

    @Override
    public void close() {
        closed.countDown();
        server.stop(0);
    }
}
