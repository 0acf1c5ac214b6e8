package dev.tenfold.methods.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The command line as a user sees it: exit codes, messages, files. */
class CommandLineTest {
    @TempDir
    Path folder;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    private int tenfold(String... args) {
        Screen screen = new Screen(new PrintStream(out, true), new PrintStream(err, true), 0);
        return new Tenfold(TestMethods.all(), screen).execute(args);
    }

    private int run(String... args) {
        String[] all = new String[args.length + 2];
        System.arraycopy(args, 0, all, 0, args.length);
        all[args.length] = "--out";
        all[args.length + 1] = folder.resolve("out").toString();
        return tenfold(all);
    }

    private String out() {
        return out.toString(StandardCharsets.UTF_8);
    }

    private String err() {
        return err.toString(StandardCharsets.UTF_8);
    }

    @Test
    void aRunWritesItsFilesAndPrintsItsClaims() throws IOException {
        assertEquals(0, run("run", "tiny", "--seed", "7"), this::err);
        assertTrue(out().contains("tiny: 1 of 2 claims hold at scale small"), out());
        assertTrue(out().contains("holds     A half is <i>half</i>"), out());
        assertTrue(out().contains("measured 0.5, baseline 0.25"), out());
        assertTrue(err().contains("device: cpu (CUDA is switched off by -Dtenfold.cuda=off)"), err());
        assertTrue(err().contains("counting: 3 of 3, loss 2, 0.0 s"), err());
        Path results = folder.resolve("out/tiny");
        try (var files = Files.list(results)) {
            assertEquals(List.of("bars.png", "curves.png", "metrics.json", "report.json"),
                    files.map(f -> f.getFileName().toString()).sorted().toList());
        }
        assertTrue(Files.exists(folder.resolve("out/report.html")));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            run tinny                       | no method is called tinny. Did you mean tiny? There are: tiny, second
            run qqqqqqqqqqq                 | no method is called qqqqqqqqqqq. There are: tiny
            run                             | Missing required parameter: 'METHOD|all'
            run tiny --device cuda          | --device cuda: cuda:0 cannot be used: CUDA is switched off
            run second --device cuda:1      | --device cuda:1: cuda:1 cannot be used: CUDA is switched off
            run tiny --device tpu           | --device tpu: choose cpu, cuda, cuda:N or auto
            run tiny --device cuda:x        | --device cuda:x: choose cpu, cuda, cuda:N or auto
            run tiny --scale huge           | --scale huge: choose small or full
            run tiny --seed x1              | --seed x1: a whole number is needed
            run tiny --threads 0            | --threads 0: a whole number from 1 to 1024 is needed
            run tiny --threads two          | --threads two: a whole number from 1 to 1024 is needed
            run tiny --data /no/such/folder | --data /no/such/folder: there is no such folder
            run tiny --data /dev/null       | --data /dev/null: this is a file
            run tiny --out /dev/null        | --out /dev/null: the folder cannot be made
            run tiny --sclae small          | Unknown option
            frobnicate                      | no command is called frobnicate; there are run, info, kernels, bench and bundle
            bench gemm                      | the benchmarks are started by the launcher
            bundle                          | Missing required option
            bundle --out x                  | bundles are made by the launcher, ./tenfold bundle --out x
            bundle --out x --arch gpu       | --arch takes names such as sm_80 or sm_90a
            """)
    void aWrongCommandLineIsExplainedInASentence(String line, String message) {
        assertEquals(2, tenfold(line.split(" ")));
        assertTrue(err().contains(message), err());
        assertFalse(err().contains("\tat "), err());
        assertEquals("", out());
    }

    @Test
    void withoutACommandItSaysWhichThereAre() {
        assertEquals(2, tenfold());
        assertTrue(err().contains("a command is missing: run, info, kernels, bench or bundle."), err());
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            broken   | broken: failed unexpectedly: IllegalStateException: a wheel came off. Run again with --verbose
            misfed   | misfed: train.idx: 3 bytes, but 16 are needed; copy the file again.
            hungry   | hungry: out of native memory: asked for
            fulldisk | fulldisk: the disk is full. Free some space
            """)
    void aFailureIsASentenceAndLeavesNoFolder(String method, String message) {
        assertEquals(1, run("run", method));
        assertTrue(err().contains(message), err());
        assertFalse(err().contains("\tat "), err());
        assertFalse(Files.exists(folder.resolve("out").resolve(method)));
        assertFalse(Files.exists(folder.resolve("out/report.html")));
    }

    @Test
    void verboseShowsWhereAFailureCameFrom() {
        assertEquals(1, run("run", "broken", "--verbose"));
        assertTrue(err().contains("\tat dev.tenfold.methods.cli.TestMethods"), err());
    }

    @Test
    void aFailedRunKeepsTheResultsOfAnEarlierOne() throws IOException {
        assertEquals(0, run("run", "second"));
        Path results = Files.move(folder.resolve("out/second"), folder.resolve("out/broken"));
        String before = Files.readString(results.resolve("metrics.json"));
        assertEquals(1, run("run", "broken"));
        assertEquals(before, Files.readString(results.resolve("metrics.json")));
    }

    @Test
    void infoSaysWhatIsThereAndTriesIt() {
        assertEquals(0, tenfold("info"), this::err);
        for (String line : List.of("Tenfold ", "Java ", "Processor ", "Threads ", "Vectors    on (", "Memory ", "Devices    cpu",
                "CUDA       CUDA is switched off by -Dtenfold.cuda=off", "NVRTC      ", "Kernels    ", "Methods    tiny, second", "OpenBLAS   OpenBLAS", "Check      a product and its gradient are right")) {
            assertTrue(out().contains(line), line + " is missing in\n" + out());
        }
    }

    @Test
    void helpAndVersionGoToStdout() {
        assertEquals(0, tenfold("--help"));
        assertTrue(out().contains("run ") && out().contains("info ") && out().contains("bench "), out());
        assertTrue(out().contains("kernels ") && out().contains("bundle "), out());
        assertEquals(0, tenfold("run", "--help"));
        assertTrue(out().contains("--scale=small|full"), out());
        assertEquals(0, tenfold("--version"));
        assertTrue(out().contains("Tenfold 0."), out());
        assertEquals("", err());
    }
}
