package dev.tenfold.jmh;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The numbers in the README are those that were measured. */
class ReadmeNumbersTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Pattern BLOCK = Pattern.compile("<!-- measured: made from (\\S+); do not edit by hand -->\n(.*?)<!-- /measured -->", Pattern.DOTALL);

    @Test
    void itsTablesAreThoseOfTheResultFiles() throws Exception {
        Matcher block = BLOCK.matcher(Files.readString(ROOT.resolve("README.md")));
        assertTrue(block.find(), "the README has no block of measured numbers");
        do {
            String table = MarkdownTable.of(new ObjectMapper().readTree(Files.readAllBytes(ROOT.resolve(block.group(1)))));
            assertEquals(table, block.group(2), "paste the expected table of " + block.group(1) + " into README.md");
        } while (block.find());
    }
}
