package dev.tenfold.jmh.gpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class GpuOptionsTest {
    @Test
    void aDeviceDecidesWhoseTheCommandLineIs() {
        assertTrue(GpuOptions.meant("gemm", "--device", "cuda"));
        assertTrue(GpuOptions.meant("--device=cuda:1"));
        assertFalse(GpuOptions.meant("gemm", "--device", "cpu"));
        assertFalse(GpuOptions.meant("--peers", "--device"));
    }

    @Test
    void everyOptionIsUnderstoodInBothSpellings() {
        GpuOptions expected = new GpuOptions("gemm,norms", "cuda:1", Rows.Sizes.SMALL, true, 90, 20, true, false, Path.of("a.json"));
        assertEquals(expected, GpuOptions.parse("gemm,norms", "--device", "cuda:1", "--sizes", "small", "--quick", "--seconds", "90", "--row-seconds", "20", "--resume", "--out", "a.json"));
        assertEquals(expected, GpuOptions.parse("--device=cuda:1", "--sizes=small", "--quick", "--seconds=90", "--row-seconds=20", "--out=a.json", "--resume", "gemm,norms"));
    }

    @Test
    void withoutANameAllRowsAreMeasured() {
        GpuOptions options = GpuOptions.parse("--device", "cuda", "--out");
        assertEquals("all", options.names());
        assertEquals(Path.of("jmh", "results", "cuda", "all.json"), options.out());
        assertEquals(Double.POSITIVE_INFINITY, options.seconds());
    }

    @Test
    void mistakesAreAnsweredWithASentenceThatSaysWhatWouldBeRight() {
        assertMistake("no row, kind or group is called gem on a device; the groups are roof, gemm", "gem");
        assertMistake("no row, kind or group is called gem", "gemm,gem");
        assertMistake("unknown option --peers with --device cuda", "--peers");
        assertMistake("--sizes needs full or small, not big", "--sizes", "big");
        assertMistake("--seconds needs a number of seconds above 0, not 0", "--seconds", "0");
        assertMistake("--row-seconds needs a value", "--row-seconds");
        assertMistake("--resume needs --out", "--resume");
        assertMistake("--device cuda:x: there are cpu, cuda and cuda:N", "--device", "cuda:x");
        assertMistake("two lists of names, gemm and conv", "gemm", "conv");
    }

    private static void assertMistake(String sentence, String... args) {
        String[] all = Arrays.copyOf(new String[] {"--device", "cuda"}, args.length + 2);
        System.arraycopy(args, 0, all, 2, args.length);
        String message = assertThrows(IllegalArgumentException.class, () -> GpuOptions.parse(all)).getMessage();
        assertTrue(message.contains(sentence), message);
        assertTrue(message.contains("Usage: tenfold bench"), message);
    }
}
