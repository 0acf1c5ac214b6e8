package dev.tenfold.autograd.contract;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.tenfold.tensor.Operation;
import dev.tenfold.tensor.op.Catalogue;
import dev.tenfold.tensor.op.Elementwise;
import dev.tenfold.tensor.op.Pointwise;
import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.constantpool.MethodRefEntry;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** No operation escapes {@link OperationContractTest}: the catalogue holds all of them, and each has samples, faults and references. */
class CatalogueIsCompleteTest {
    @Test
    void everyOperationClassIsInTheCatalogue() throws Exception {
        Set<String> listed = classesWhoseSamplesAreListed();
        Set<String> missing = new TreeSet<>();
        for (Class<?> type : classesOfTheOperationPackage()) {
            boolean operation = Operation.class.isAssignableFrom(type) && !type.isInterface();
            // The entries of the element-wise table share one class, which the table stands for.
            if (operation && type.getEnclosingClass() != Pointwise.class && !listed.contains(type.getName())) missing.add(type.getSimpleName());
        }
        assertEquals(Set.of(), missing, "operations that Catalogue does not list with samples() and faults(), so that nothing tests them");
    }

    @Test
    void everyEntryOfTheElementwiseTableIsInTheCatalogue() {
        Set<String> names = Catalogue.all().stream().map(Catalogue.Entry::name).collect(Collectors.toSet());
        for (Pointwise operation : Elementwise.table()) assertTrue(names.contains(operation.name()), operation.name());
    }

    @Test
    void namesAndLabelsAreUnique() {
        Set<String> seen = new HashSet<>();
        for (Catalogue.Entry entry : Catalogue.all()) assertTrue(seen.add(entry.name()), () -> "two entries " + entry);
        for (Case c : Case.all()) assertTrue(seen.add(c.toString()), () -> "two samples " + c);
    }

    @Test
    void everyOperationDeclaresAFault() {
        Set<String> takeAnything = Elementwise.table().stream().filter(p -> p.inputs() == 1).map(Pointwise::name).collect(Collectors.toSet());
        for (Catalogue.Entry entry : Catalogue.all()) {
            assertFalse(entry.faults().isEmpty() && !takeAnything.contains(entry.name()), () -> entry + " declares no call that it refuses");
        }
    }

    @Test
    void everyReferenceHasASample() {
        References references = References.all();
        for (Case c : Case.all()) references.find(c.entry().name(), c.sample().label());
        assertEquals(Set.of(), references.unused(), "references that no sample asks for");
    }

    private static Set<String> classesWhoseSamplesAreListed() throws IOException {
        try (var in = Catalogue.class.getResourceAsStream("Catalogue.class")) {
            ClassModel model = ClassFile.of().parse(in.readAllBytes());
            Set<String> samples = new HashSet<>();
            Set<String> faults = new HashSet<>();
            model.constantPool().forEach(entry -> {
                if (!(entry instanceof MethodRefEntry method)) return;
                String owner = method.owner().asInternalName().replace('/', '.');
                if (method.name().equalsString("samples")) samples.add(owner);
                if (method.name().equalsString("faults")) faults.add(owner);
            });
            samples.retainAll(faults);
            return samples;
        }
    }

    private static List<Class<?>> classesOfTheOperationPackage() throws IOException, URISyntaxException, ClassNotFoundException {
        URI place = Catalogue.class.getResource("Catalogue.class").toURI();
        if (!place.getScheme().equals("jar")) return classesIn(Path.of(place).getParent());
        try (FileSystem jar = FileSystems.newFileSystem(URI.create(place.toString().split("!")[0]), Map.of())) {
            return classesIn(jar.getPath("dev/tenfold/tensor/op"));
        }
    }

    private static List<Class<?>> classesIn(Path folder) throws IOException, ClassNotFoundException {
        List<String> names;
        try (Stream<Path> files = Files.list(folder)) {
            names = files.map(file -> file.getFileName().toString()).filter(name -> name.endsWith(".class")).sorted().toList();
        }
        assertTrue(names.size() > 20, () -> "the operations' classes were not found: " + names);
        List<Class<?>> classes = new java.util.ArrayList<>();
        for (String name : names) {
            classes.add(Class.forName("dev.tenfold.tensor.op." + name.substring(0, name.length() - ".class".length()), false, Catalogue.class.getClassLoader()));
        }
        return classes;
    }
}
