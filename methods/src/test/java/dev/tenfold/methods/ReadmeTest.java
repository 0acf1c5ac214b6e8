package dev.tenfold.methods;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the README says is true. */
class ReadmeTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Pattern PROGRAM = Pattern.compile("```java\n(.*?)```\n\n```text\n(.*?)```", Pattern.DOTALL);
    private static final Pattern LINK = Pattern.compile("\\]\\(([^)#:]+)\\)");
    @TempDir
    Path folder;

    private static String readme() throws Exception {
        return Files.readString(ROOT.resolve("README.md"));
    }

    @Test
    void itsProgramsRunAndPrintWhatItSays() throws Exception {
        Matcher program = PROGRAM.matcher(readme());
        int programs = 0;
        while (program.find()) {
            assertEquals(program.group(2), compileAndRun(program.group(1)));
            programs++;
        }
        assertTrue(programs > 0, "no program with its output was found");
    }

    private String compileAndRun(String source) throws Exception {
        Matcher name = Pattern.compile("public class (\\w+)").matcher(source);
        assertTrue(name.find(), source);
        Path file = Files.writeString(folder.resolve(name.group(1) + ".java"), source);
        Process process = new ProcessBuilder(Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules", "jdk.incubator.vector", "--enable-native-access=ALL-UNNAMED",
                "-cp", System.getProperty("java.class.path"), file.toString())
                .redirectError(folder.resolve("errors").toFile()).start();
        String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertEquals(0, process.waitFor(), Files.readString(folder.resolve("errors")));
        return printed.replace(System.lineSeparator(), "\n");
    }

    @Test
    void itsLinksLeadSomewhere() throws Exception {
        Matcher link = LINK.matcher(readme());
        while (link.find()) assertTrue(Files.exists(ROOT.resolve(link.group(1))), link.group(1));
    }

    @Test
    void itsTableLineIsInTheTable() throws Exception {
        Matcher line = Pattern.compile("public static final Pointwise TANH = .*;").matcher(readme());
        assertTrue(line.find());
        assertTrue(Files.readString(ROOT.resolve("tensor/src/main/java/dev/tenfold/tensor/op/Elementwise.java")).contains(line.group()), line.group());
    }

    @Test
    void itNamesTheVersionThatIsBuilt() throws Exception {
        Matcher version = Pattern.compile("<version>(.*?)</version>").matcher(readme());
        assertTrue(version.find());
        assertTrue(Files.readString(ROOT.resolve("pom.xml")).contains("<artifactId>tenfold</artifactId>\n  <version>" + version.group(1) + "</version>"), version.group(1));
        assertFalse(version.find());
    }
}
