# What azvault answers becomes objects here. Methods of a class do it: parameters of functions, what
# passes through a pipeline and what ConvertFrom-Json is given may all be logged and traced.

class AzVaultAnswer {
    # Members that hold a secret: each is a SecureString from here on, wherever it goes.
    static [Collections.Generic.List[string]] $Secret = @('accessToken', 'value')

    # A document that a program wrote into memory, which is wiped.
    static [object] Read([IO.MemoryStream] $Written) {
        $Written.Position = 0
        try {
            $document = [Text.Json.JsonDocument]::Parse($Written, [Text.Json.JsonDocumentOptions]::new())
            try { return [AzVaultAnswer]::Convert($document.RootElement, $false) } finally { $document.Dispose() }
        } finally {
            [Array]::Clear($Written.GetBuffer(), 0, $Written.GetBuffer().Length)
            $Written.Dispose()
        }
        return $null
    }

    # Text stays text: a name may look like a date. The parameter has no type, for a conversion to one
    # is traced with the value.
    hidden static [object] Convert([object] $Element, [bool] $IsSecret) {
        switch ($Element.ValueKind) {
            'String' {
                if ($IsSecret) { return [Net.NetworkCredential]::new('', $Element.GetString()).SecurePassword }
                return $Element.GetString()
            }
            'Number' {
                $whole = [long]0
                if ($Element.TryGetInt64([ref]$whole)) { return $whole }
                return $Element.GetDouble()
            }
            'True' { return $true }
            'False' { return $false }
            'Array' {
                $items = [Collections.Generic.List[object]]::new()
                foreach ($item in $Element.EnumerateArray()) { $items.Add([AzVaultAnswer]::Convert($item, $IsSecret)) }
                return $items.ToArray()
            }
            'Object' {
                $object = [pscustomobject]@{}
                foreach ($member in $Element.EnumerateObject()) {
                    $isSecret = [AzVaultAnswer]::Secret.Contains($member.Name)
                    $value = [AzVaultAnswer]::Convert($member.Value, $isSecret)
                    $object.PSObject.Properties.Add([Management.Automation.PSNoteProperty]::new($member.Name, $value))
                }
                return $object
            }
        }
        return $null
    }

    # Gives a program a secret on its standard input.
    static [void] Tell([IO.Stream] $To, [securestring] $Secret) {
        $bytes = [Text.Encoding]::UTF8.GetBytes([AzVaultAnswer]::Reveal($Secret))
        try { $To.Write($bytes, 0, $bytes.Length) } catch [IO.IOException] { return } finally { [Array]::Clear($bytes, 0, $bytes.Length) }
    }

    # A moment as azvault writes it, seconds or text, in local time.
    static [object] Moment([object] $Written) {
        if ($null -eq $Written) { return $null }
        if ($Written -is [long]) { return [DateTimeOffset]::FromUnixTimeSeconds($Written).ToLocalTime() }
        return [DateTimeOffset]::Parse($Written, [Globalization.CultureInfo]::InvariantCulture).ToLocalTime()
    }

    static [string] Reveal([securestring] $Value) {
        return [Net.NetworkCredential]::new('', $Value).Password
    }
}

# An object with the properties of its shape, which is given by the type's name.
function ConvertTo-AzVaultObject {
    param([string] $Type, $Document)

    $properties = [ordered]@{}
    foreach ($name in $Shapes[$Type].Keys) {
        $value = $Document
        foreach ($member in $Shapes[$Type][$name].Split('.')) {
            if ($null -eq $value) { break }
            $found = $value.PSObject.Properties[$member]
            $value = if ($null -ne $found) { $found.Value } else { $null }
        }
        if ($Moments -contains $name) { $value = [AzVaultAnswer]::Moment($value) }
        elseif ($Spans -contains $name -and $null -ne $value) { $value = [timespan]::FromSeconds($value) }
        $properties[$name] = $value
    }
    $object = [pscustomobject]$properties
    $object.PSObject.TypeNames.Insert(0, $Type)
    $object
}
