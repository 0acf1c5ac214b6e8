package dev.tenfold.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The cache of compiled kernels: what an entry depends on, and what happens to one that is damaged, shipped or written twice at once. */
class KernelCacheTest {
    private static final KernelSource SOURCE = new KernelSource("scale.cu", "text", Map.of("common/a.cuh", "header"));

    @TempDir
    Path folder;

    /** A compiler that counts, and whose image is what it was given. */
    private static final class Counting implements KernelCompiler {
        final AtomicInteger calls = new AtomicInteger();
        private final String version;

        Counting(String version) {
            this.version = version;
        }

        @Override
        public String identity(String architecture) {
            return "counting " + version;
        }

        @Override
        public CompiledKernel compile(KernelSource source, String architecture) {
            calls.incrementAndGet();
            if (source.text().isEmpty()) throw new KernelCompilationException(source, "counting", architecture, "nothing there");
            return new CompiledKernel((architecture + "|" + source.text()).getBytes(StandardCharsets.UTF_8), "log of " + source.file());
        }
    }

    @Test
    void aSecondProcessCompilesNothing() {
        Counting compiler = new Counting("1");
        CompiledKernel first = KernelCache.in(folder).compiled(compiler, SOURCE, "sm_80");
        CompiledKernel second = KernelCache.in(folder).compiled(compiler, SOURCE, "sm_80");
        assertEquals(1, compiler.calls.get());
        assertArrayEquals(first.image(), second.image());
        assertEquals(first.log(), second.log());
    }

    @Test
    void everythingThatTheResultDependsOnIsInTheKey() {
        Counting compiler = new Counting("1");
        String key = KernelCache.key(compiler, SOURCE, "sm_80");
        assertEquals(key, KernelCache.key(compiler, new KernelSource("scale.cu", "text", Map.of("common/a.cuh", "header")), "sm_80"));
        assertNotEquals(key, KernelCache.key(compiler, SOURCE, "sm_90a"));
        assertNotEquals(key, KernelCache.key(new Counting("2"), SOURCE, "sm_80"));
        assertNotEquals(key, KernelCache.key(compiler, new KernelSource("other.cu", "text", SOURCE.headers()), "sm_80"));
        assertNotEquals(key, KernelCache.key(compiler, new KernelSource("scale.cu", "text ", SOURCE.headers()), "sm_80"));
        assertNotEquals(key, KernelCache.key(compiler, new KernelSource("scale.cu", "text", Map.of("common/a.cuh", "header2")), "sm_80"));
        assertNotEquals(key, KernelCache.key(compiler, new KernelSource("scale.cu", "text", Map.of("common/b.cuh", "header")), "sm_80"));
    }

    @Test
    void anEntryThatWasCutOffOrAlteredAnywhereIsCompiledAgain() throws IOException {
        Counting compiler = new Counting("1");
        CompiledKernel whole = KernelCache.in(folder).compiled(compiler, SOURCE, "sm_80");
        Path entry = entries().getFirst();
        byte[] bytes = Files.readAllBytes(entry);
        for (int at = 0; at < bytes.length; at += 23) {
            byte[] damaged = bytes.clone();
            damaged[at] ^= 0x20;
            Files.write(entry, damaged);
            assertArrayEquals(whole.image(), KernelCache.in(folder).compiled(compiler, SOURCE, "sm_80").image());
            Files.write(entry, java.util.Arrays.copyOf(bytes, at));
            assertArrayEquals(whole.image(), KernelCache.in(folder).compiled(compiler, SOURCE, "sm_80").image());
        }
        assertEquals(1 + 2 * ((bytes.length + 22) / 23), compiler.calls.get());
        assertArrayEquals(bytes, Files.readAllBytes(entry), "the entry is whole again");
    }

    @Test
    void whatDoesNotCompileIsNotKept() {
        Counting compiler = new Counting("1");
        KernelSource empty = new KernelSource("empty.cu", "", Map.of());
        KernelCache cache = KernelCache.in(folder);
        assertThrows(KernelCompilationException.class, () -> cache.compiled(compiler, empty, "sm_80"));
        assertThrows(KernelCompilationException.class, () -> cache.compiled(compiler, empty, "sm_80"));
        assertEquals(2, compiler.calls.get());
        assertTrue(entries().isEmpty());
    }

    /** It finds what the folder's compiler made, whichever compiler is here, or none. */
    @Test
    void aFolderMayBeMovedAndShipped() throws IOException {
        Counting compiler = new Counting("1");
        KernelCache made = KernelCache.in(folder.resolve("made"));
        made.compiled(compiler, SOURCE, "sm_90a");
        made.sign(compiler, "sm_90a");
        Files.move(folder.resolve("made"), folder.resolve("shipped"));
        KernelCache cache = new KernelCache(folder.resolve("shipped"), folder.resolve("own"));
        Counting other = new Counting("2");
        assertTrue(cache.holds(other, SOURCE, "sm_90a"));
        assertFalse(cache.holds(other, SOURCE, "sm_80"));
        byte[] image = cache.compiled(other, SOURCE, "sm_90a").image();
        assertEquals("sm_90a|text", new String(image, StandardCharsets.UTF_8));
        assertArrayEquals(image, cache.compiled(new MissingCompiler("install it"), SOURCE, "sm_90a").image());
        assertEquals(0, other.calls.get());
        assertFalse(Files.exists(folder.resolve("own")), "nothing had to be written");
        String missing = assertThrows(IllegalStateException.class, () -> cache.compiled(new MissingCompiler("install it"), SOURCE, "sm_80")).getMessage();
        assertEquals("no CUDA kernel can be compiled: install it", missing);
    }

    @Test
    void aFolderThatNobodySignedShipsNothing() {
        Counting compiler = new Counting("1");
        KernelCache.in(folder).compiled(compiler, SOURCE, "sm_90a");
        assertFalse(new KernelCache(folder, null).holds(compiler, SOURCE, "sm_90a"));
    }

    /** A bundle for sm_80 must not stop at kernels that only sm_90a has instructions for. */
    @Test
    void kernelsOfOneArchitectureAreShippedToItAlone() {
        KernelFamily wgmma = Kernels.all().stream().filter(family -> family.name().equals("gemm/wgmma")).findFirst().orElseThrow();
        List<KernelSource> sources = new ArrayList<>(wgmma.sources().get());
        sources.add(SOURCE);
        assertEquals(List.of(SOURCE), Kernels.fitting(sources, "sm_80"));
        assertEquals(List.of(SOURCE), Kernels.fitting(sources, "sm_100"));
        assertEquals(sources, Kernels.fitting(sources, "sm_90a"));
        assertEquals(sources, Kernels.fitting(sources, "emulated"));
    }

    @Test
    void recordedSourcesAreReadAsTheyWere() throws IOException {
        KernelSource empty = new KernelSource("generated", "", Map.of());
        assertEquals(List.of(), RecordedSources.in(folder.resolve("none")));
        for (KernelSource source : List.of(SOURCE, empty, SOURCE)) RecordedSources.write(folder, source);
        assertEquals(java.util.Set.of(SOURCE, empty), java.util.Set.copyOf(RecordedSources.in(folder)));
        try (var all = Files.list(folder)) {
            assertEquals(2, all.count(), "each once, and no temporary file is left");
        }
    }

    @Test
    void aFolderThatCannotBeWrittenToLeavesTheMemory() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "in the way");
        Counting compiler = new Counting("1");
        KernelCache cache = KernelCache.in(file.resolve("below"));
        cache.compiled(compiler, SOURCE, "sm_80");
        cache.compiled(compiler, SOURCE, "sm_80");
        assertEquals(1, compiler.calls.get());
        assertTrue(cache.describe().contains("in memory") && cache.describe().contains("cannot be written to"), cache.describe());
    }

    @Test
    void threadsThatAskAtOnceCompileOnce() throws Exception {
        Counting compiler = new Counting("1");
        KernelCache cache = KernelCache.in(folder);
        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            List<Callable<CompiledKernel>> asks = new ArrayList<>();
            IntStream.range(0, 64).forEach(i -> asks.add(() -> cache.compiled(compiler, SOURCE, "sm_80")));
            for (Future<CompiledKernel> answer : threads.invokeAll(asks)) assertEquals("log of scale.cu", answer.get().log());
        }
        assertEquals(1, compiler.calls.get());
    }

    /** Caches of their own, as processes have: each writes its file, and every reader sees a whole one. */
    @Test
    void processesThatFillAtOnceDoNotDisturbEachOther() throws Exception {
        Counting compiler = new Counting("1");
        try (ExecutorService threads = Executors.newFixedThreadPool(8)) {
            List<Callable<byte[]>> fills = new ArrayList<>();
            IntStream.range(0, 200).forEach(i -> fills.add(() -> KernelCache.in(folder)
                    .compiled(compiler, new KernelSource("k" + i % 5 + ".cu", "text " + i % 5, Map.of()), "sm_80").image()));
            List<Future<byte[]>> images = threads.invokeAll(fills);
            for (int i = 0; i < images.size(); i++) assertEquals("sm_80|text " + i % 5, new String(images.get(i).get(), StandardCharsets.UTF_8));
        }
        assertEquals(5, entries().size());
        try (var all = Files.list(folder)) {
            assertEquals(5, all.count(), "no temporary file is left");
        }
    }

    private List<Path> entries() {
        try (var files = Files.list(folder)) {
            return files.filter(f -> f.toString().endsWith(".kernel")).toList();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }
}
