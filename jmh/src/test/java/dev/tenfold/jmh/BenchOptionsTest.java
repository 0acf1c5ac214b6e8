package dev.tenfold.jmh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class BenchOptionsTest {
    @Test
    void withoutArgumentsEverythingIsMeasuredOnAllCores() {
        BenchOptions o = BenchOptions.parse();
        assertEquals(new BenchOptions("all", "cpu", false, Runtime.getRuntime().availableProcessors(), false, null), o);
    }

    @Test
    void everyOptionIsUnderstoodInBothSpellings() {
        BenchOptions expected = new BenchOptions("gemm", "cpu", true, 3, true, Path.of("a.json"));
        assertEquals(expected, BenchOptions.parse("gemm", "--device", "cpu", "--peers", "--threads", "3", "--quick", "--out", "a.json"));
        assertEquals(expected, BenchOptions.parse("--device=cpu", "--peers", "--threads=3", "--quick", "--out=a.json", "gemm"));
    }

    @Test
    void outWithoutAFileGoesToTheResultsFolder() {
        assertEquals(Path.of("jmh", "results", "cpu", "conv.json"), BenchOptions.parse("conv", "--out").out());
        assertEquals(Path.of("jmh", "results", "cpu", "all.json"), BenchOptions.parse("--out", "--quick").out());
        assertNull(BenchOptions.parse("conv").out());
    }

    @Test
    void mistakesAreAnsweredWithASentenceThatSaysWhatWouldBeRight() {
        assertMistake("no benchmark is called gem", "gem");
        assertMistake("gemm, exp, add, sum, chain, adam, softmax, logsumexp, crossentropy, batchnorm, layernorm, conv, small, resnet, mlp, transformer, ctr and all", "gem");
        assertMistake("unknown option --peer", "--peer");
        assertMistake("--threads needs a number from 1 to 1024, not zero", "--threads", "zero");
        assertMistake("--threads needs a number from 1 to 1024, not 0", "--threads", "0");
        assertMistake("--threads needs a number from 1 to 1024", "gemm", "--threads");
        assertMistake("--device gpu: there are cpu, cuda and cuda:N", "--device", "gpu");
        assertMistake("two benchmarks are named, gemm and conv", "gemm", "conv");
        assertMistake("--quick=yes: this option takes no value", "--quick=yes");
    }

    @Test
    void aMistakeEndsWithCodeTwoAndNoStackTrace() {
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int code = BenchMain.run(new PrintStream(new ByteArrayOutputStream()), new PrintStream(err, true), "gem");
        String text = err.toString(StandardCharsets.UTF_8);
        assertEquals(2, code);
        assertTrue(text.contains("no benchmark is called gem") && !text.contains("\tat "), text);
    }

    private static void assertMistake(String sentence, String... args) {
        String message = assertThrows(IllegalArgumentException.class, () -> BenchOptions.parse(args)).getMessage();
        assertTrue(message.contains(sentence), message);
        assertTrue(message.contains("Usage: tenfold bench"), message);
    }
}
