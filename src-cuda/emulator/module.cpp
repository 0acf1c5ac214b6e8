// Images: shared objects that g++ made of kernels, given as bytes like a cubin.
#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <sys/mman.h>
#include <unistd.h>
#include <cstdio>
#include <cstring>
#include <set>
#include "emulator/driver.h"

namespace {
// The size of an ELF file is where its section headers, which compilers put last, end.
uint64_t elf_size(const void *bytes) {
    auto *header = (const Elf64_Ehdr *) bytes;
    if (memcmp(header->e_ident, ELFMAG, SELFMAG) != 0 || header->e_type != ET_DYN || header->e_shoff == 0) return 0;
    return header->e_shoff + (uint64_t) header->e_shnum * header->e_shentsize;
}

struct Search {
    Image *image;
    uint64_t load;
    char *tls;
};

int look(dl_phdr_info *info, size_t, void *data) {
    auto *search = (Search *) data;
    if (info->dlpi_addr != search->load) return 0;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        auto &part = info->dlpi_phdr[i];
        if (part.p_type == PT_TLS) search->image->tls_bytes = part.p_memsz;
        if (part.p_type == PT_LOAD) search->image->high = std::max(search->image->high, info->dlpi_addr + part.p_vaddr + part.p_memsz);
    }
    search->tls = (char *) info->dlpi_tls_data;
    return 1;
}
}

namespace {
std::set<const Image *> images;
std::map<const Function *, uint64_t> functions;
uint64_t serials;
}

bool image_loaded(const Image *image) { return images.count(image) > 0; }

bool function_loaded(const Function *function, uint64_t serial) {
    auto known = functions.find(function);
    return known != functions.end() && (serial == 0 || known->second == serial);
}

char *image_tls(Image *image) {
    image->now(); // the first touch on this thread makes the memory
    Search search{image, image->low, nullptr};
    dl_iterate_phdr(look, &search);
    return search.tls;
}

// The file stays as long as the library: the loader knows that by the file's name, and would take it for the next one of this name.
Image::~Image() {
    if (library) dlclose(library);
    if (file >= 0) close(file);
}

int image_load(const void *bytes, Image **result) {
    uint64_t size = elf_size(bytes);
    if (!size) return INVALID_IMAGE;
    auto image = std::make_unique<Image>();
    image->file = memfd_create("tenfold-kernel", MFD_CLOEXEC);
    if (image->file < 0) return OUT_OF_MEMORY;
    for (uint64_t done = 0; done < size;) {
        ssize_t n = write(image->file, (const char *) bytes + done, size - done);
        if (n <= 0) return OUT_OF_MEMORY;
        done += (uint64_t) n;
    }
    char path[64];
    snprintf(path, sizeof path, "/proc/self/fd/%d", image->file);
    image->library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!image->library) {
        fprintf(stderr, "Tenfold emulator: a kernel's image does not load: %s\n", dlerror());
        return INVALID_IMAGE;
    }
    auto bind = (void (*)(const TenfoldServices *)) dlsym(image->library, "tenfold_emulated_bind");
    image->now = (TenfoldThread **(*)()) dlsym(image->library, "tenfold_emulated_now");
    if (!bind || !image->now) return INVALID_IMAGE;
    TenfoldServices given = services;
    given.base = memory_base();
    given.size = memory_size();
    given.shadow = memory_shadow();
    bind(&given);
    Dl_info info;
    dladdr((void *) bind, &info);
    image->low = (uint64_t) info.dli_fbase;
    image_tls(image.get());
    images.insert(image.get());
    *result = image.release();
    return SUCCESS;
}

void image_unload(Image *image) {
    images.erase(image);
    for (auto &function : image->functions) functions.erase(function.get());
    delete image;
}

int image_function(Image *image, const char *name, Function **function) {
    auto *kernel = (const TenfoldKernel *) dlsym(image->library, (std::string("tenfold_emulated_") + name).c_str());
    if (!kernel) return NOT_FOUND;
    for (auto &known : image->functions) {
        if (known->kernel == kernel) {
            *function = known.get();
            return SUCCESS;
        }
    }
    image->functions.push_back(std::make_unique<Function>(Function{image, kernel, ++serials}));
    *function = image->functions.back().get();
    functions[*function] = serials;
    return SUCCESS;
}

std::string image_line(Image *image, void *where) {
    if (!where) return "";
    char command[160];
    // One byte back: the address is where the call returns to. With the callers into which it was inlined.
    snprintf(command, sizeof command, "addr2line -i -e /proc/%d/fd/%d 0x%llx 2>/dev/null", (int) getpid(), image->file,
             (unsigned long long) ((uint64_t) where - 1 - image->low));
    std::string lines;
    if (FILE *out = popen(command, "r")) {
        char text[512];
        while (fgets(text, sizeof text, out)) {
            std::string line(text, strcspn(text, "\n"));
            line = line.substr(0, line.find(" (discriminator"));
            if (line[0] != '?') lines += (lines.empty() ? "" : ", inlined at ") + line;
        }
        pclose(out);
    }
    return lines;
}
