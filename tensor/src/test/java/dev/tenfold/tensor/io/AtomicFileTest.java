package dev.tenfold.tensor.io;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedByInterruptException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFileTest {
    @TempDir
    Path folder;

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(f -> f.getFileName().toString()).sorted().toList();
        }
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void aCommittedFileReplacesTheOldOne() throws IOException {
        Path file = folder.resolve("report");
        AtomicFile.writeString(file, "old");
        try (AtomicFile next = AtomicFile.create(file); Arena arena = Arena.ofConfined()) {
            next.write(bytes("né"));
            try (OutputStream stream = next.stream()) {
                stream.write('w');
                stream.write("er ".getBytes(StandardCharsets.UTF_8));
            }
            MemorySegment more = arena.allocateFrom("and more");
            next.write(more.asSlice(0, more.byteSize() - 1));
            assertEquals("old", Files.readString(file));
            next.commit();
        }
        assertEquals("néwer and more", Files.readString(file));
        assertEquals(List.of("report"), names());
    }

    @Test
    void aFileThatIsNotCommittedLeavesNoTraceAndTheOldOneAsItWas() throws IOException {
        Path file = folder.resolve("report");
        AtomicFile.writeString(file, "old");
        assertThrows(IllegalStateException.class, () -> {
            try (AtomicFile next = AtomicFile.create(file)) {
                next.write(bytes("half"));
                assertEquals(2, names().size());
                throw new IllegalStateException("the disk is full");
            }
        });
        assertEquals("old", Files.readString(file));
        assertEquals(List.of("report"), names());
    }

    @Test
    void anInterruptedWriteLeavesNoTrace() throws IOException {
        Path file = folder.resolve("report");
        Thread.currentThread().interrupt();
        try {
            assertThrows(ClosedByInterruptException.class, () -> AtomicFile.writeString(file, "new"));
        } finally {
            assertTrue(Thread.interrupted(), "the interrupt is kept for the caller");
        }
        assertEquals(List.of(), names());
    }

    @Test
    void aLinkStaysALink() throws IOException {
        Path file = folder.resolve("kept");
        Path link = folder.resolve("link");
        AtomicFile.writeString(file, "old");
        Files.createSymbolicLink(link, file);
        AtomicFile.writeString(link, "new");
        assertTrue(Files.isSymbolicLink(link));
        assertEquals("new", Files.readString(file));
    }

    @Test
    void impossibleTargetsAreNamed() {
        String missing = assertThrows(IOException.class, () -> AtomicFile.create(folder.resolve("none/file"))).getMessage();
        assertTrue(missing.contains("none does not exist"), missing);
        String taken = assertThrows(IOException.class, () -> AtomicFile.create(folder)).getMessage();
        assertTrue(taken.contains("is a folder"), taken);
        assertFalse(Files.exists(folder.resolve("none")));
    }
}
