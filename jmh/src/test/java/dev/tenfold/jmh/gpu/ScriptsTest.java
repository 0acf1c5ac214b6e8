package dev.tenfold.jmh.gpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tenfold.jmh.BenchMain;
import dev.tenfold.kernels.cuda.Cuda;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** {@code jmh/gpu}: what runs on a machine with a GPU must be right there at once, so all of it runs here that can. */
class ScriptsTest {
    private static final Path GPU = Path.of("gpu").toAbsolutePath();

    /** A PyTorch that computes nothing: everything that it is asked for answers to everything; an event's time is 4 ms. */
    private static final String NO_TORCH = """
            import sys
            from unittest.mock import MagicMock
            class Module:
                def __init__(self, *sizes):
                    pass

                def __getattr__(self, name):
                    return MagicMock()

            torch = MagicMock()
            torch.nn.Module = Module
            torch.__version__, torch.version.cuda, torch.backends.cudnn.version.return_value = "none", "0", 0
            torch.cuda.Event.return_value.elapsed_time.return_value = 4.0
            torch.cuda.get_device_properties.return_value.name = "no card"
            torch.empty.return_value.uniform_.return_value.to.return_value.numel.return_value = 10
            torch.empty.return_value.uniform_.return_value.to.return_value.element_size.return_value = 4
            torch.torch = torch
            sys.modules.update({"torch": torch, "torch.nn": torch.nn, "torch.nn.functional": torch.nn.functional})
            """;

    private static String output(Map<String, String> environment, int code, String... command) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().putAll(environment);
        builder.environment().put("PYTHONDONTWRITEBYTECODE", "1");
        Process process = builder.start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertTrue(process.waitFor(60, TimeUnit.SECONDS));
        assertEquals(code, process.exitValue(), text);
        return text;
    }

    private static boolean runs(String... command) {
        try {
            return new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start().waitFor() == 0;
        } catch (IOException | InterruptedException e) {
            return false;
        }
    }

    private static void requirePython() {
        assumeTrue(runs("python3", "-c", "import sys; sys.exit(sys.version_info < (3, 8))"), "python3 is not here");
    }

    @ParameterizedTest
    @EnumSource
    void bothSidesHaveTheSameRows(Rows.Sizes sizes) throws Exception {
        requirePython();
        String names = output(Map.of(), 0, "python3", GPU.resolve("peers.py").toString(), "--list", "--sizes", sizes.name().toLowerCase(Locale.ROOT));
        assertEquals(Rows.of(sizes).stream().map(Row::name).collect(Collectors.joining("\n")), names.strip());
    }

    @Test
    void everyRowOfThePeersComesToItsEndWithoutPyTorch(@TempDir Path folder) throws Exception {
        requirePython();
        Files.writeString(folder.resolve("torch.py"), NO_TORCH);
        Path file = folder.resolve("theirs.json");
        for (String mode : new String[] {"--quick", "--compiled"}) {
            output(Map.of("PYTHONPATH", folder.toString()), 0, "python3", GPU.resolve("peers.py").toString(), "--sizes", "small", mode, "--out", file.toString());
            JsonNode root = new ObjectMapper().readTree(file.toFile());
            assertEquals("pytorch", root.path("side").asText());
            assertEquals(Rows.of(Rows.Sizes.SMALL).size(), root.path("results").size());
            for (JsonNode node : root.path("results")) {
                Result result = Result.read(node);
                assertTrue(result.state() == Result.State.MEASURED && !result.timing().isEmpty() || mode.equals("--compiled") && result.state() == Result.State.SKIPPED, node::toString);
            }
        }
    }

    @Test
    void theWholeRunLeavesVerdictResultsAndSummary(@TempDir Path folder) throws Exception {
        requirePython();
        assumeTrue(runs("sh", "-c", "command -v timeout && command -v tar"), "timeout or tar is not here");
        System.setProperty("tenfold.cuda.emulator", "true");
        assumeTrue(Cuda.available(), Cuda::status);
        Path bundle = Files.createDirectories(folder.resolve("bundle/tenfold-linux"));
        Path command = bundle.resolve("tenfold");
        Files.writeString(command, """
                #!/bin/sh
                if [ "$1" = selftest ]; then echo "PASSED on nothing"; exit 0; fi
                shift
                exec '%s' --add-modules jdk.incubator.vector --enable-native-access=ALL-UNNAMED -Dtenfold.cuda.emulator=true -cp '%s' %s "$@"
                """.formatted(Path.of(System.getProperty("java.home"), "bin", "java"), System.getProperty("java.class.path"), BenchMain.class.getName()));
        assertTrue(command.toFile().setExecutable(true));
        Files.writeString(folder.resolve("torch.py"), NO_TORCH);
        output(Map.of(), 0, "tar", "-cf", folder.resolve("bundle.tar").toString(), "-C", folder.resolve("bundle").toString(), ".");
        Path out = folder.resolve("out");
        Map<String, String> environment = Map.of("PYTHONPATH", folder.toString(), "TENFOLD_GROUPS", "elementwise,reduce", "TENFOLD_BENCH_OPTIONS", "--sizes small",
                "TENFOLD_PARTS", "selftest eager compiled");
        String text = output(environment, 0, "sh", GPU.resolve("run.sh").toString(), folder.resolve("bundle.tar").toString(), out.toString(), "300");
        assertEquals("selftest passed\nPASSED on nothing\n", Files.readString(out.resolve("verdict.txt")), text);
        assertTrue(Files.size(out.resolve("facts.txt")) > 0);
        String summary = Files.readString(out.resolve("summary.txt"));
        assertTrue(summary.lines().anyMatch(l -> l.startsWith("chain of 6 operations") && l.matches(".* [0-9.]+ x +[0-9.]+ x")), summary);
        JsonNode root = new ObjectMapper().readTree(out.resolve("summary.json").toFile());
        assertTrue(root.path("results").size() > 10, summary);
        for (JsonNode node : root.path("results")) {
            if (!node.path("group").asText().equals("roof")) assertTrue(node.path("speed_against_peer").asDouble() > 0, node::toString);
        }
    }

    @Test
    void theScriptSaysHowItIsCalled() throws Exception {
        assumeTrue(runs("sh", "-c", "true"), "sh is not here");
        String text = output(Map.of(), 2, "sh", GPU.resolve("run.sh").toString());
        assertTrue(text.contains("run.sh BUNDLE OUT [SECONDS]"), text);
        output(Map.of(), 0, "sh", "-n", GPU.resolve("run.sh").toString());
    }
}
